"""The processor time of programs that were started and have ended, in seconds."""
import resource


def children_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
