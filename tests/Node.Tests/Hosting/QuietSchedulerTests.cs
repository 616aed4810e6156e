using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace ActorLog.Node.Tests.Hosting;

public sealed class QuietSchedulerTests() : TestKit(ConfigurationFactory.ParseString("""
    akka.scheduler.implementation = "ActorLog.Node.Hosting.QuietScheduler, actorlog"
    """))
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Never = TimeSpan.FromDays(60);

    [Fact]
    public async Task What_is_due_once_comes_once_and_not_early()
    {
        var clock = Stopwatch.StartNew();
        Sys.Scheduler.ScheduleTellOnce(Soon, TestActor, "once", ActorRefs.NoSender);

        await ExpectMsgAsync("once");

        Assert.True(clock.Elapsed >= Soon, $"early: {clock.Elapsed}");
        Sys.Scheduler.ScheduleTellOnce(5 * Soon, TestActor, "later", ActorRefs.NoSender);
        await ExpectMsgAsync("later");
    }

    [Fact]
    public async Task What_is_due_at_once_comes()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "now", ActorRefs.NoSender);

        await ExpectMsgAsync("now");
    }

    [Fact]
    public async Task What_repeats_comes_again_until_it_is_cancelled_and_never_overlaps()
    {
        var (running, runs) = (0, 0);
        using var cancelable = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.Advanced.ScheduleRepeatedly(
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(1),
            () =>
            {
                var isAlone = Interlocked.Increment(ref running) == 1;
                Thread.Yield();
                Interlocked.Decrement(ref running);
                if (Interlocked.Increment(ref runs) <= 5)
                {
                    TestActor.Tell(isAlone);
                }
            },
            cancelable);

        for (var i = 0; i < 5; i++)
        {
            await ExpectMsgAsync(true);
        }

        cancelable.Cancel();
        var seen = Volatile.Read(ref runs);
        await BarrierOfTimers();
        // One run may have been under way.
        Assert.InRange(Volatile.Read(ref runs), seen, seen + 1);
    }

    [Fact]
    public async Task What_is_cancelled_before_it_is_due_does_not_come()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellOnce(Soon, TestActor, "cancelled", ActorRefs.NoSender, cancelable);

        cancelable.Cancel();
        Sys.Scheduler.ScheduleTellOnce(Soon, TestActor, "cancelled already", ActorRefs.NoSender, cancelable);

        await BarrierOfTimers();
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task What_is_cancelled_is_forgotten_at_once()
    {
        var references = Enumerable.Range(0, 100).Select(_ => ScheduleAndCancel()).ToArray();

        await AwaitConditionAsync(() =>
        {
            GC.Collect();
            return Task.FromResult(references.All(static r => !r.IsAlive));
        });

        WeakReference ScheduleAndCancel()
        {
            var message = new object();
            using var cancelable = new Cancelable(Sys.Scheduler);
            Sys.Scheduler.ScheduleTellOnce(Never, TestActor, message, ActorRefs.NoSender, cancelable);
            cancelable.Cancel();
            return new WeakReference(message);
        }
    }

    [Fact]
    public async Task What_throws_is_told_and_does_not_come_again()
    {
        var runs = 0;
        await EventFilter.Error(contains: "what was scheduled has failed").ExpectOneAsync(() =>
        {
            Sys.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), () =>
            {
                runs++;
                throw new InvalidOperationException("on purpose");
            });
            return Task.CompletedTask;
        });

        await BarrierOfTimers();
        Assert.Equal(1, Volatile.Read(ref runs));
    }

    [Fact]
    public async Task A_system_that_has_ended_schedules_nothing_more()
    {
        var scheduler = Sys.Scheduler;
        await Sys.Terminate();

        Assert.Throws<ObjectDisposedException>(() => scheduler.ScheduleTellOnce(Soon, TestActor, "late", ActorRefs.NoSender));
    }

    // Behind it all timers that were due within the last moments have run.
    private async Task BarrierOfTimers()
    {
        var done = new TaskCompletionSource();
        Sys.Scheduler.Advanced.ScheduleOnce(5 * Soon, done.SetResult);
        await done.Task;
    }
}
