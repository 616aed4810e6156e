using ActorLog.Node.Hosting;
using ActorLog.Node.Spooling;
using ActorLog.Testing.Nodes;
using Akka.Actor;

namespace ActorLog.Drills.Actors;

/// <summary>
/// The spool while its journal fails, rejects, commits unseen or answers late: what was accepted stands once, and nothing is
/// called spooled before it is known to be durable. Design review C7 (a new run after each failure).
/// </summary>
public sealed class SpoolDrills
{
    [Theory]
    [InlineData(JournalFaultKind.Fail)]
    [InlineData(JournalFaultKind.Reject)]
    [InlineData(JournalFaultKind.CommitThenFail)]
    public async Task What_the_journal_refused_or_stored_unseen_stands_once_and_in_order(JournalFaultKind kind)
    {
        await using var host = new NodeHost();
        var spool = Start(host);
        await Ask(spool, "one").Outcome.Task.WaitAsync(NodeHost.Patience);
        var fault = host.Journal.Arm(kind, holds: typeof(SpooledBlock), times: 2);
        var asked = new[] { "two", "three", "four" }.Select(text => Ask(spool, text)).ToList();
        foreach (var request in asked)
        {
            Assert.Equal(SpoolOutcome.Spooled, await request.Outcome.Task.WaitAsync(NodeHost.Patience));
        }

        Assert.InRange(fault.Met, 1, 2);
        Assert.Equal(["one", "two", "three", "four"], Stored(host));
        Assert.Equal(4, host.Ledger[LedgerAccount.Spooled]);
    }

    [Fact]
    public async Task What_is_stored_is_called_spooled_only_when_that_is_known()
    {
        await using var host = new NodeHost();
        var spool = Start(host);
        var held = host.Journal.Arm(JournalFaultKind.Hold, holds: typeof(SpooledBlock));
        var request = Ask(spool, "one");
        await held.Committed.Task.WaitAsync(NodeHost.Patience);
        Assert.Equal(["one"], Stored(host));
        Assert.False(request.Outcome.Task.IsCompleted);
        held.Release();
        Assert.Equal(SpoolOutcome.Spooled, await request.Outcome.Task.WaitAsync(NodeHost.Patience));
    }

    private static IActorRef Start(NodeHost host) => host.System.ActorOf(
        SpoolActor.Props(host.Settings.Spool, host.Settings.Name, host.Spool, host.Ledger, host.Probe()), "spool");

    private static SpoolBlocks Ask(IActorRef spool, string message)
    {
        var request = new SpoolBlocks(
            [Samples.Block("web-1", message)], 1, new(TaskCreationOptions.RunContinuationsAsynchronously));
        spool.Tell(request);
        return request;
    }

    private static List<string> Stored(NodeHost host) =>
        [.. host.Spool.Leftovers().SelectMany(run => host.Spool.Read(run.Origin, 0, long.MaxValue))
            .SelectMany(static row => Samples.Messages(row.Block))];
}
