using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;

namespace ActorLog.Sinks.Tests.Files;

public class RejectedFolderTests
{
    [Theory]
    [EachDisk]
    public void What_is_set_aside_stands_there_raw_and_once(string kind)
    {
        using var disk = Disk.Open(kind);
        var folder = new RejectedFolder(disk.Store, ".rejected", 100);
        Assert.Equal(RejectedOutcome.Kept, folder.Keep("a.block", [1, 0, 255]));
        Assert.Equal(RejectedOutcome.KeptBefore, folder.Keep("a.block", [9]));
        Assert.Equal([1, 0, 255], disk.Bytes(".rejected/a.block"));
        Assert.Equal(["a.block"], disk.Names(".rejected"));
    }

    [Theory]
    [EachDisk]
    public void At_the_limit_the_oldest_are_kept_also_by_one_who_comes_later(string kind)
    {
        using var disk = Disk.Open(kind);
        var folder = new RejectedFolder(disk.Store, ".rejected", 10);
        Assert.Equal(RejectedOutcome.Kept, folder.Keep("a", new byte[6]));
        Assert.Equal(RejectedOutcome.Full, folder.Keep("b", new byte[5]));
        Assert.Equal(RejectedOutcome.Kept, new RejectedFolder(disk.Store, ".rejected", 10).Keep("c", new byte[4]));
        Assert.Equal(RejectedOutcome.Full, new RejectedFolder(disk.Store, ".rejected", 10).Keep("d", new byte[1]));
        Assert.Equal(["a", "c"], disk.Names(".rejected"));
    }

    [Theory]
    [InlineData(StoreOperation.Create)]
    [InlineData(StoreOperation.Append)]
    [InlineData(StoreOperation.Sync)]
    [InlineData(StoreOperation.Rename)]
    public void A_disk_that_refuses_leaves_nothing_under_the_name_and_the_next_attempt_succeeds(StoreOperation operation)
    {
        using var disk = Disk.Open("memory");
        var faults = new FaultyStore(disk.Store);
        var folder = new RejectedFolder(faults, ".rejected", 100);
        faults.Fail(operation, 1, "ENOSPC", bytesFirst: 1);
        Assert.Throws<StorageException>(() => folder.Keep("a", [1, 2, 3]));
        Assert.Null(disk.Store.Status(".rejected/a"));
        Assert.Equal(RejectedOutcome.Kept, folder.Keep("a", [1, 2, 3]));
        Assert.Equal([1, 2, 3], disk.Bytes(".rejected/a"));
    }

    [Fact]
    public void A_block_s_name_is_legal_and_another_for_each()
    {
        string[] origins = ["web-1/0a", "web-1%2F0a", "..", "", new('/', 300), new string('/', 300) + "x"];
        var names = origins.Select(static origin => RejectedFolder.NameOf(origin, 42)).ToList();
        Assert.All(names, static name => Assert.True(StorePath.IsLegal(name) && !name.Contains('/', StringComparison.Ordinal), name));
        Assert.All(names, static name => Assert.EndsWith("-42.block", name, StringComparison.Ordinal));
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Equal("web-1%2F0a-42.block", names[0]);
    }
}
