"""dependency-injector 4: providers, which give what their first argument makes when they are called."""

from redlint.model.clients.library import Library

PROVIDERS = frozenset(
    {
        "dependency_injector.providers.Callable",
        "dependency_injector.providers.ContextLocalResource",
        "dependency_injector.providers.ContextLocalSingleton",
        "dependency_injector.providers.Coroutine",
        "dependency_injector.providers.DelegatedCallable",
        "dependency_injector.providers.DelegatedCoroutine",
        "dependency_injector.providers.DelegatedFactory",
        "dependency_injector.providers.DelegatedSingleton",
        "dependency_injector.providers.DelegatedThreadLocalSingleton",
        "dependency_injector.providers.DelegatedThreadSafeSingleton",
        "dependency_injector.providers.Factory",
        "dependency_injector.providers.Resource",
        "dependency_injector.providers.Singleton",
        "dependency_injector.providers.ThreadLocalSingleton",
        "dependency_injector.providers.ThreadSafeSingleton",
    }
)
"""Classes whose instances, called, call what their first argument is with their other arguments.

A resource whose first argument is a generator function gives what that yields.
"""

LIBRARY = Library(
    name="dependency-injector",
    import_words=("dependency_injector",),
)
