using ActorLog.Node.Storage;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A damaged write-ahead log: what a kill leaves is sound, a hole is damage, and any end but a closed file is another timeline.</summary>
public sealed class LogDamageTests : IDisposable
{
    private const int FrameHead = 24;
    private readonly SpoiltDatabase _it = new();

    public void Dispose() => _it.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(24 + SpoiltDatabase.PageBytes + 32 + 8)]
    [InlineData(24 + SpoiltDatabase.PageBytes + 32 + 5000)]
    public void ADamagedLogLosesNoMoreThanThePageThatIsDamaged(int at)
    {
        _it.FillSpool(isKilled: true);
        _it.Overwrite(at, 4, "-wal");

        using var database = _it.OpenSpool();
        Assert.NotNull(database.Salvage);
        Assert.True(File.Exists(database.Salvage.Aside + "-wal"));
        Assert.InRange(database.Salvage.Rows, at == 4 ? 0 : SpoiltDatabase.Blocks - 4, SpoiltDatabase.Blocks);
    }

    [Fact]
    public void ALogThatIsCutDrawsAnotherTimeline()
    {
        _it.FillSpool(isKilled: true);
        using (var wal = new FileStream(_it.Path + "-wal", FileMode.Open))
        {
            wal.SetLength(wal.Length - 5000);
        }

        using var database = _it.OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("2", database.File.Timeline);
    }

    [Fact]
    public void ALogThatLostItsLastCommitWholeDrawsAnotherTimeline()
    {
        _it.FillSpool(isKilled: true);
        // At a commit, as a file system leaves it that answered a sync and did not keep the file's new length.
        var frames = WalFile.Read(_it.Path + "-wal").Frames;
        using (var wal = new FileStream(_it.Path + "-wal", FileMode.Open))
        {
            wal.SetLength(LastCommitBefore(wal, frames[^1].Offset - FrameHead));
        }

        Assert.Equal(WalState.Whole, WalFile.Read(_it.Path + "-wal").State);
        using var database = _it.OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("2", database.File.Timeline);
        Assert.Equal(SpoiltDatabase.Blocks - 1, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Fact]
    public void AKilledWriterOnTheSameMountDrawsNoOtherTimeline()
    {
        // Its lock is gone, and its file was not closed.
        _it.OpenSpool().Dispose();
        using var database = _it.OpenSpool();
        Assert.Equal("1", database.File.Timeline);
    }

    [Fact]
    public void AKilledWriterOnAnotherMountDrawsAnotherTimelineAndLosesNothing()
    {
        _it.FillSpool(isKilled: true);
        using var database = _it.OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("2", database.File.Timeline);
        Assert.Equal(SpoiltDatabase.Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Fact]
    public void AWriterThatClosedDrawsNoOtherTimeline()
    {
        using (var first = _it.OpenSpool())
        {
            Assert.Equal("1", first.File.Timeline);
            first.Close();
        }

        using var database = _it.OpenSpool();
        Assert.Equal("1", database.File.Timeline);
    }

    // Where the last commit in front of an offset ends.
    private static long LastCommitBefore(FileStream wal, long offset)
    {
        var head = new byte[8];
        do
        {
            offset -= FrameHead + SpoiltDatabase.PageBytes;
            wal.Position = offset;
            wal.ReadExactly(head);
        }
        while (head.AsSpan(4).IndexOfAnyExcept((byte)0) < 0);
        return offset + FrameHead + SpoiltDatabase.PageBytes;
    }
}
