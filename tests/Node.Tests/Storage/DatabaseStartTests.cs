using ActorLog.Node.Storage;

namespace ActorLog.Node.Tests.Storage;

/// <summary>What an operator must change is a refusal to start with its cause, or is told.</summary>
public sealed class DatabaseStartTests : IDisposable
{
    private readonly SpoiltDatabase _it = new();

    public void Dispose() => _it.Dispose();

    [Fact]
    public void ADatabaseThatHasGoneIsTold()
    {
        _it.FillSpool();
        File.Delete(_it.Path);

        using var database = _it.OpenSpool();
        Assert.Contains("is gone", Assert.Single(database.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void ASecondProcessIsRefusedWithTheCause()
    {
        using var first = _it.OpenSpool();
        var fault = Assert.Throws<StartFaultException>(() => _it.OpenSpool());
        Assert.Contains("in use by another process", fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void ANetworkFileSystemIsRefused() =>
        Assert.Contains(
            "network", Assert.Throws<StartFaultException>(() => VolumeCheck.Refuse(_it.Path, static _ => DriveType.Network)).Cause, StringComparison.Ordinal);
}
