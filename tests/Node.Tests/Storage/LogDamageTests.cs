using ActorLog.Node.Storage;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A damaged write-ahead log: what a kill leaves is sound, a torn end is another timeline, a hole is damage.</summary>
public sealed class LogDamageTests : IDisposable
{
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
    public void AKilledWriterDrawsNoOtherTimelineAndLosesNothing()
    {
        _it.FillSpool(isKilled: true);
        using var database = _it.OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("1", database.File.Timeline);
        Assert.Equal(SpoiltDatabase.Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }
}
