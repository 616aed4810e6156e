using ActorLog.Protocol.Delivery;
using ActorLog.Testing;
using ActorLog.Testing.Nodes;

namespace ActorLog.Drills.Actors;

/// <summary>
/// A partition whose data disk is full while its journal takes all: the journal grows to the limit on what is not
/// checkpointed and no further, and the rest stays with the edge. Design review H3; planted: no limit.
/// </summary>
public sealed class FullDataDiskDrills
{
    private const int Parts = 200;
    private const long Limit = 2048;

    [Fact]
    public async Task The_journal_stops_at_the_limit_and_goes_on_when_the_disk_is_free() =>
        Assert.InRange(await GrowAsync(Limit), 1, Limit);

    [Fact]
    public async Task Without_the_limit_it_grows_with_all_that_is_sent() =>
        Assert.True(await GrowAsync(long.MaxValue) > 2 * Limit);

    // Bytes of blocks in the journal that are in no file.
    private static async Task<long> GrowAsync(long limit)
    {
        await using var host = new PartitionHost(settings => settings with
        {
            UncheckpointedBytesMax = limit,
            CheckpointEvery = TimeSpan.FromHours(1),
        });
        host.Fault(static faults => faults.Fail(StoreOperation.Append, 1, "ENOSPC", int.MaxValue));
        // All of it is judged before the disk is asked for the first time.
        var held = host.Node.Journal.Arm(JournalFaultKind.Hold, holds: typeof(PartStored));
        for (var i = 0; i < Parts; i++)
        {
            host.Send(TextOf(i));
        }

        await held.Committed.Task.WaitAsync(NodeHost.Patience);
        held.Release();
        var stored = 0;
        for (var answers = 0; answers < Parts; answers++)
        {
            var answer = (PartAnswer)await host.Gateway.FishForMessageAsync(static m => m is PartAnswer, NodeHost.Patience);
            stored += answer.Kind == PartAnswerKind.Stored ? 1 : 0;
        }

        var bytes = Enumerable.Range(0, stored).Sum(static i => (long)Samples.Block(PartitionHost.HostName, TextOf(i)).Length);
        await NodeHost.Until(() => !host.Setup.Failures.IsEmpty, "the disk has refused");

        // Freed: it goes on by itself, and what was answered "later" comes again.
        host.Fault(static faults => faults.Heal());
        host.Next = stored + 1;
        for (var i = stored; i < Parts; i++)
        {
            await host.StoreAsync(TextOf(i));
        }

        await host.UntilWritten(TextOf(Parts - 1));
        Assert.Equal(Enumerable.Range(0, Parts).Select(TextOf), host.Lines());
        return bytes;
    }

    private static string TextOf(int number) => $"number {number:D3}";
}
