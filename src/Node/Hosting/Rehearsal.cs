using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Runs a small graph of the stages that the edge's is made of, in an actor system of its own, and forgets both. A quarter of
/// a start is .NET loading and compiling the actors' and the streams' code: this does it beside the reading of the settings
/// and the opening of the databases, on the processor that would be idle.
/// </summary>
internal static class Rehearsal
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static readonly Config Quiet = ConfigurationFactory.ParseString("""
        akka {
          loggers = []
          loglevel = OFF
          stdout-loglevel = OFF
        }
        """).WithFallback(AkkaConfig.OfAnyNode);

    /// <summary>Begins it, and does not wait: what it cannot do, the node itself meets and tells.</summary>
    public static void Begin()
    {
        if (Environment.ProcessorCount > 1)
        {
            // Its own thread: making an actor system blocks, and the pool has no more threads than processors at first.
            _ = Task.Factory.StartNew(PlayAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    internal static async Task PlayAsync()
    {
        using var system = ActorSystem.Create("rehearsal", Quiet);
        var local = Flow.Create<object>()
            .KeepAlive(Never, static () => new object())
            .Async()
            .ToMaterialized(Sink.ForEach<object>(static _ => { }), Keep.Right);
        var spool = Flow.Create<object>()
            .Async()
            .SelectAsync(1, Task.FromResult)
            .ToMaterialized(Sink.Ignore<object>(), Keep.Right);
        await Source.Single(new object())
            .SelectMany(static one => new[] { one })
            .Select(static one => one)
            .MapMaterializedValue(static _ => Task.FromResult(Done.Instance))
            .AlsoToMaterialized(local, static (_, done) => done, propagateFailure: true)
            .ToMaterialized(spool, static (others, done) => Task.WhenAll(others, done))
            .Run(system.Materializer());
        await system.Terminate();
    }
}
