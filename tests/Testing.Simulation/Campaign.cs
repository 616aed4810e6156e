using System.Diagnostics;

namespace ActorLog.Testing.Simulation;

/// <summary>Runs schedules by their seeds, on all cores, until one fails.</summary>
/// <param name="Schedules">How many were run.</param>
/// <param name="Tally">What they came upon.</param>
/// <param name="Failure">The first broken promise, with its seed; null when there was none.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record Campaign(long Schedules, Tally Tally, string? Failure, TimeSpan Elapsed)
{
    /// <summary>Runs them.</summary>
    /// <param name="run">One schedule by its seed.</param>
    /// <param name="firstSeed">The first seed; the others follow.</param>
    /// <param name="schedules">How many.</param>
    public static Campaign Run(Func<int, Tally> run, int firstSeed, int schedules)
    {
        var clock = Stopwatch.StartNew();
        var total = new Tally();
        var done = 0L;
        string? failure = null;
        Parallel.For(
            0,
            schedules,
            () => (Tally: new Tally(), Done: 0L),
            (i, loop, local) =>
            {
                try
                {
                    local.Tally.Add(run(unchecked(firstSeed + i)));
                    local.Done++;
                }
                catch (SimulationFailure e)
                {
                    Interlocked.CompareExchange(ref failure, e.Message, null);
                    loop.Stop();
                }

                return local;
            },
            local =>
            {
                lock (total)
                {
                    total.Add(local.Tally);
                    done += local.Done;
                }
            });
        return new Campaign(done, total, failure, clock.Elapsed);
    }
}
