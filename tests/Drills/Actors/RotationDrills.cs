using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Testing;
using ActorLog.Testing.Nodes;

namespace ActorLog.Drills.Actors;

/// <summary>
/// Rotation while each of its steps fails, with a journal that commits its intent unseen, and owners that end in between.
/// Design review H8 (the intent is in the journal before the rename; recovery completes it), H7, C9.
/// </summary>
public sealed class RotationDrills
{
    private static readonly string Id = $"partition-{PartitionHost.Partition}";

    [Theory]
    [InlineData(StoreOperation.Rename)]
    [InlineData(StoreOperation.SyncDirectory)]
    [InlineData(StoreOperation.Sync)]
    [InlineData(StoreOperation.Create)]
    [InlineData(StoreOperation.Append)]
    public async Task Whatever_step_of_a_seal_fails_each_line_stands_once_over_all_segments(StoreOperation operation)
    {
        await using var host = NewHost();
        await host.UseShardAsync();
        await host.StoreAsync(Line(0));
        await UntilSealedAsync(host, 1);
        for (var round = 1; round <= 4; round++)
        {
            host.Fault(faults => faults.Fail(operation, 1, "EIO", round, bytesFirst: 3));
            host.Node.Journal.Arm(
                round % 2 == 0 ? JournalFaultKind.Fail : JournalFaultKind.CommitThenFail, Id, typeof(Checkpointed));
            await host.StoreAsync(Line(round));
            if (round == 2)
            {
                await host.RestartAsync();
                await host.UseShardAsync();
            }
        }

        await host.StoreAsync("last");
        await host.UntilWritten("last");
        Assert.Equal([.. Enumerable.Range(0, 5).Select(Line), "last"], host.Lines());
        Assert.All(Sealed(host), static path => Assert.NotEqual(0, new FileInfo(path).Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_seal_that_was_recorded_and_not_done_is_done_by_the_next_owner(bool hasMoved)
    {
        await using var host = NewHost();
        host.Fault(static faults => faults.Fail(StoreOperation.Rename, 1, "EIO", int.MaxValue));
        await host.StoreAsync(Line(0));
        await host.UntilJournaled("checkpointed");
        await NodeHost.Until(() => !host.Setup.Failures.IsEmpty, "the rename has failed");
        Assert.Empty(Sealed(host));
        var path = Path.Combine(host.Aggregator.Files.Directory, $"{PartitionHost.HostName}.log");
        await host.RestartAsync(() =>
        {
            host.Fault(static faults => faults.Heal());
            if (hasMoved)
            {
                // Someone else was there first: it is theirs, and nothing is renamed over it or in its place.
                File.Move(path, Path.Combine(Path.GetDirectoryName(path)!, "moved"));
                File.WriteAllText(path, "theirs: precious\n");
            }
        });
        await host.UseShardAsync();
        host.Entity.Tell(new WakePartition(PartitionHost.Partition), host.Gateway);
        if (!hasMoved)
        {
            await UntilSealedAsync(host, 1);
            Assert.False(File.Exists(path));
        }

        await host.StoreAsync("last");
        var expected = hasMoved ? new[] { "precious", "last" } : [Line(0), "last"];
        await host.UntilWritten("last");
        Assert.Equal(expected, host.Lines());
    }

    private static PartitionHost NewHost() => new(static settings => settings with
    {
        Files = settings.Files with { Rotation = new RotationSettings(100, RotationPeriod.Never, true) },
    });

    private static string Line(int number) => $"{number} {new string('x', 120)}";

    private static IEnumerable<string> Sealed(PartitionHost host) =>
        host.Segments().Where(static path => Path.GetFileName(path) != $"{PartitionHost.HostName}.log");

    private static Task UntilSealedAsync(PartitionHost host, int segments) =>
        NodeHost.Until(() => Sealed(host).Count() >= segments, $"{segments} segments are sealed");
}
