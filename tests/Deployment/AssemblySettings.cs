// Whole processes and real sockets: one test after the other, so that none starves another of its time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
