"""Facts about Redis: commands, the methods of its Python clients, and the slots of a cluster."""
