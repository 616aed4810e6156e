namespace ActorLog.Node.Tests.Settings;

/// <summary>A file has one writer, which is its host's partition.</summary>
public sealed class SharedPathTests
{
    [Fact]
    public void HostsOfTwoPartitionsMayNotShareAFile()
    {
        using var folder = new TemporaryFolder();
        var fault = Assert.Single(folder.FaultsOf("", null, "aggregator.files.path=all.log"));
        Assert.Contains("needs {host}, or partitions = 1", fault, StringComparison.Ordinal);
        Assert.Empty(folder.FaultsOf("", null, "aggregator.files.path=all.log", "partitions=1"));
    }
}
