"""rq 1 to 3: queues, jobs and workers keep the client that they were made with."""

from redlint.model.clients.library import ClientType, Library
from redlint.model.kinds import Role

_CLIENT = ClientType("redis", Role.CLIENT, is_async=False)

LIBRARY = Library(
    name="rq",
    import_words=("rq",),
    factories={
        "rq.connections.get_current_connection": _CLIENT,
        "rq.connections.pop_connection": _CLIENT,
        "rq.connections.resolve_connection": _CLIENT,
    },
    attributes={
        "rq.queue.Queue.connection": _CLIENT,
        "rq.job.Job.connection": _CLIENT,
        "rq.worker.BaseWorker.connection": _CLIENT,
        "rq.registry.BaseRegistry.connection": _CLIENT,
        "rq.group.Group.connection": _CLIENT,
        "rq.results.Result.connection": _CLIENT,
        "rq.executions.Execution.connection": _CLIENT,
        "rq.scheduler.RQScheduler.connection": _CLIENT,
        "rq.cron.CronScheduler.connection": _CLIENT,
        "rq.worker_pool.WorkerPool.connection": _CLIENT,
    },
    objects={
        "rq.job.get_current_job()": "rq.job.Job",
        "rq.job.Job.create()": "rq.job.Job",
        "rq.job.Job.fetch()": "rq.job.Job",
        "rq.queue.Queue.from_queue_key()": "rq.queue.Queue",
        "rq.queue.Queue.fetch_job()": "rq.job.Job",
        "rq.queue.Queue.create_job()": "rq.job.Job",
        "rq.queue.Queue.enqueue()": "rq.job.Job",
        "rq.queue.Queue.enqueue_at()": "rq.job.Job",
        "rq.queue.Queue.enqueue_call()": "rq.job.Job",
        "rq.queue.Queue.enqueue_in()": "rq.job.Job",
        "rq.queue.Queue.enqueue_job()": "rq.job.Job",
        "rq.queue.Queue.canceled_job_registry": "rq.registry.CanceledJobRegistry",
        "rq.queue.Queue.deferred_job_registry": "rq.registry.DeferredJobRegistry",
        "rq.queue.Queue.failed_job_registry": "rq.registry.FailedJobRegistry",
        "rq.queue.Queue.finished_job_registry": "rq.registry.FinishedJobRegistry",
        "rq.queue.Queue.scheduled_job_registry": "rq.registry.ScheduledJobRegistry",
        "rq.queue.Queue.started_job_registry": "rq.registry.StartedJobRegistry",
        "rq.worker.BaseWorker.get_current_job()": "rq.job.Job",
    },
    aliases={
        "rq.Queue": "rq.queue.Queue",
        "rq.SimpleWorker": "rq.worker.SimpleWorker",
        "rq.SpawnWorker": "rq.worker.SpawnWorker",
        "rq.Worker": "rq.worker.Worker",
        "rq.get_current_connection": "rq.connections.get_current_connection",
        "rq.get_current_job": "rq.job.get_current_job",
        "rq.pop_connection": "rq.connections.pop_connection",
    },
    bases={
        "rq.registry.CanceledJobRegistry": "rq.registry.BaseRegistry",
        "rq.registry.DeferredJobRegistry": "rq.registry.BaseRegistry",
        "rq.registry.FailedJobRegistry": "rq.registry.BaseRegistry",
        "rq.registry.FinishedJobRegistry": "rq.registry.BaseRegistry",
        "rq.registry.ScheduledJobRegistry": "rq.registry.BaseRegistry",
        "rq.registry.StartedJobRegistry": "rq.registry.BaseRegistry",
        "rq.worker.HerokuWorker": "rq.worker.Worker",
        "rq.worker.RandomWorker": "rq.worker.Worker",
        "rq.worker.RoundRobinWorker": "rq.worker.Worker",
        "rq.worker.SimpleWorker": "rq.worker.BaseWorker",
        "rq.worker.SpawnWorker": "rq.worker.Worker",
        "rq.worker.Worker": "rq.worker.BaseWorker",
    },
    only_in={
        "rq.connections.get_current_connection": "rq 1",
        "rq.connections.pop_connection": "rq 1",
        "rq.connections.resolve_connection": "rq 1",
        "rq.get_current_connection": "rq 1",
        "rq.pop_connection": "rq 1",
    },
)
