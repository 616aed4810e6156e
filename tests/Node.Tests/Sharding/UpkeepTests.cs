using ActorLog.Node.Sharding;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Tests.Sharding;

/// <summary>Sealed segments are compressed and deleted beside the writers.</summary>
public sealed class UpkeepTests
{
    [Fact]
    public async Task ASealedSegmentIsCompressedWhenItIsSettledAndOldOnesAreDeleted()
    {
        await using var node = new NodeHost();
        var files = node.Settings.Aggregator.Files with
        {
            Rotation = new RotationSettings(100, RotationPeriod.Never, true),
            Retention = new RetentionSettings(2, null, null),
        };
        using var store = SystemStore.Open(files.Directory);
        var upkeep = node.System.ActorOf(UpkeepActor.Props(store, files, TimeSpan.FromMilliseconds(200), TimeProvider.System, TimeProvider.System));
        Directory.CreateDirectory(Path.Combine(files.Directory, "new"));
        for (var i = 1; i <= 3; i++)
        {
            await File.WriteAllTextAsync(
                Path.Combine(files.Directory, SegmentName.PathOf("new/web-1.log", Samples.Start, i)), "line\n");
        }

        // Sealed in the future, so not settled: its time has not come.
        var young = Path.Combine(files.Directory, SegmentName.PathOf("new/web-1.log", DateTimeOffset.UtcNow.AddHours(1), 4));
        await File.WriteAllTextAsync(young, "line\n");
        upkeep.Tell(new UpkeepActor.LookAfter("new"), Akka.Actor.ActorRefs.NoSender);

        await NodeHost.Until(
            () => Directory.GetFiles(Path.Combine(files.Directory, "new"), "*.gz").Length > 0
                && Directory.GetFiles(Path.Combine(files.Directory, "new")).Length <= 3,
            "old segments are compressed, the oldest deleted");
        Assert.True(File.Exists(young));
        await node.System.Terminate();
    }
}
