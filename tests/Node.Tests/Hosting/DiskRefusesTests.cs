using ActorLog.Node.Hosting;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Hosting;

/// <summary>What a disk refuses is told with its cause and what to do.</summary>
public sealed class DiskRefusesTests
{
    [Theory]
    [InlineData("ENOSPC", "free space or inodes")]
    [InlineData("EROFS", "read-only")]
    [InlineData("EPERM", "let this user write")]
    [InlineData("ESTALE", "logrotate")]
    [InlineData("EIO", "the kernel's log")]
    public void TheRemedyFollowsTheSystemsError(string error, string remedy)
    {
        var refuses = DiskRefuses.Of("partition 1", "/srv/logs", new StorageException("append", "web-1.log", error), isWhole: false);
        Assert.Equal($"/srv/logs: append web-1.log: {error}", refuses.Cause);
        Assert.Contains(remedy, refuses.Remedy, StringComparison.Ordinal);
        Assert.Contains("/srv/logs", refuses.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13, "free space or inodes")]
    [InlineData(8, "read-only")]
    [InlineData(5, "locked")]
    [InlineData(10, "the kernel's log")]
    public void TheRemedyFollowsSqlitesErrorInWhateverItIsWrapped(int code, string remedy)
    {
        var error = new AggregateException(new SqliteException("disk", code));
        var refuses = DiskRefuses.Of("spool", "/srv/spool.db", error, isWhole: true);
        Assert.Contains(remedy, refuses.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnlyAPartThatTheWholeNodeNeedsMakesItNotReady()
    {
        await using var host = new NodeHost();
        var readiness = new Readiness();
        var status = host.System.ActorOf(StatusActor.Props(readiness, host.Ledger));
        await status.Ask<ActorIdentity>(new Identify(1), NodeHost.Patience);

        new DiskRefuses("partition 1", "full", "free space", IsWhole: false).Publish(host.System);
        await NodeHost.Until(() => host.Ledger[LedgerLevel.DisksRefusing] == 1, "the partition is counted");
        Assert.True(readiness.IsReady);
        Assert.Contains("partition 1: ready, cannot write, edges spool: full; free space", readiness.Describe(), StringComparison.Ordinal);

        new DiskRefuses("spool", "full", "free space", IsWhole: true).Publish(host.System);
        await NodeHost.Until(() => host.Ledger[LedgerLevel.DisksRefusing] == 2, "the spool is counted");
        Assert.False(readiness.IsReady);

        host.System.EventStream.Publish(new DiskTakes("spool"));
        host.System.EventStream.Publish(new DiskTakes("partition 1"));
        await NodeHost.Until(() => host.Ledger[LedgerLevel.DisksRefusing] == 0, "nothing is counted");
        Assert.True(readiness.IsReady);
        Assert.DoesNotContain("partition", readiness.Describe(), StringComparison.Ordinal);
    }
}
