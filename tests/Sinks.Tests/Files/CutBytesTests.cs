using System.Text;
using ActorLog.Sinks.Files;

namespace ActorLog.Sinks.Tests.Files;

public class CutBytesTests
{
    private const string Path = "web1/app.log";
    private const string Aside = "web1/.cut-20261123T055000Z-4-app.log";
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 5, 50, 0, TimeSpan.Zero);

    [Theory]
    [EachDisk]
    public void What_lies_behind_the_committed_bytes_is_kept_durably_and_the_file_is_not_touched(string kind)
    {
        using var disk = Disk.Open(kind);
        var committed = Committed(disk, "two\nthr");
        Assert.Equal(Aside, CutBytes.Keep(disk.Store, Path, committed.Inode, committed.Length, Now));
        Assert.Equal("one\ntwo\nthr", disk.Text(Path));

        disk.Crash();
        Assert.Equal("two\nthr", disk.Text(Aside));
    }

    [Theory]
    [EachDisk]
    public void Nothing_is_kept_of_a_file_that_ends_where_it_is_committed_is_another_or_is_gone(string kind)
    {
        using var disk = Disk.Open(kind);
        var committed = Committed(disk, "");
        Assert.Null(CutBytes.Keep(disk.Store, Path, committed.Inode, committed.Length, Now));
        Assert.Null(CutBytes.Keep(disk.Store, Path, committed.Inode + 1, 0, Now));
        Assert.Null(CutBytes.Keep(disk.Store, "web1/other.log", committed.Inode, 0, Now));
        Assert.Equal(["app.log"], disk.Names("web1"));
    }

    private static CommittedFile Committed(Disk disk, string behind)
    {
        using var file = LogFile.Create(disk.Store, Path);
        file.Append("one\n"u8);
        file.Sync();
        var committed = file.ToCommitted();
        file.Append(Encoding.UTF8.GetBytes(behind));
        file.Sync();
        return committed;
    }
}
