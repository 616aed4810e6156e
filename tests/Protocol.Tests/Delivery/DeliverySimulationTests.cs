using System.Collections.Concurrent;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// To see a failing schedule again, put its seed into <see cref="One_schedule_can_be_run_again_by_its_seed"/>.
/// </summary>
public class DeliverySimulationTests
{
    private const int Schedules = 20_000;

    [Fact]
    public void Each_accepted_record_stands_in_the_files_once_under_every_schedule()
    {
        var failures = new ConcurrentQueue<string>();
        int repeats = 0, repeatsInFlight = 0, resends = 0, recoveredAgain = 0, skips = 0;
        Parallel.For(0, Schedules, (seed, loop) =>
        {
            try
            {
                var run = Simulation.Run(seed);
                Interlocked.Add(ref repeats, run.Repeats);
                Interlocked.Add(ref repeatsInFlight, run.RepeatsInFlight);
                Interlocked.Add(ref resends, run.Resends);
                Interlocked.Add(ref skips, run.Skips);
                Interlocked.Add(ref recoveredAgain, run.RecoveredAgain);
            }
            catch (SimulationFailure e)
            {
                failures.Enqueue(e.Message);
                loop.Stop();
            }
        });

        Assert.True(failures.IsEmpty, string.Join('\n', failures));

        // Schedules that never come near the edge of a rule prove nothing about it.
        Assert.True(repeats > 1000, $"{repeats} repeats");
        Assert.True(repeatsInFlight > 100, $"{repeatsInFlight} repeats in flight");
        Assert.True(resends > 100, $"{resends} resends");
        Assert.True(skips > 1000, $"{skips} skips");
        Assert.True(recoveredAgain > 5, $"{recoveredAgain} recoveries of a journal that changed under them");
    }

    [Theory]
    [InlineData(4711)]
    public void One_schedule_can_be_run_again_by_its_seed(int seed)
    {
        var first = Simulation.Run(seed);
        var second = Simulation.Run(seed);
        Assert.Equal(first.Now, second.Now);
        Assert.Equal(first.Repeats, second.Repeats);
    }

    public static TheoryData<SimulationBug> Bugs =>
        [.. Enum.GetValues<SimulationBug>().Where(b => b != SimulationBug.None)];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_planted_bug_is_found(SimulationBug bug)
    {
        for (var seed = 0; seed < Schedules; seed++)
        {
            try
            {
                // Half of them duels: the rules of ownership are broken by rarer interleavings than the others.
                Simulation.Run(seed, bug, onlyDuels: seed % 2 == 1);
            }
            catch (SimulationFailure)
            {
                return;
            }
        }

        Assert.Fail($"{bug} was not found in {Schedules} schedules");
    }
}
