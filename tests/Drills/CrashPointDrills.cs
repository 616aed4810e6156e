using ActorLog.Testing.Processes;
using Xunit.Abstractions;

namespace ActorLog.Drills;

/// <summary>
/// The process ends at a named place of the code, between two system calls that only together would be safe; it is started
/// again, and everything must stand once.
/// </summary>
public sealed class CrashPointDrills(CertificateFolder certificates, ITestOutputHelper output) : IClassFixture<CertificateFolder>
{
    private const int ExitStatus = 86;
    private const long Messages = 30_000;
    private static readonly TimeSpan CrashMax = TimeSpan.FromSeconds(25);

    // Small blocks, frequent checkpoints and short segments, so that each place is passed many times in a short run.
    private const string Both = """
        partitions = 1
        batching.bytes-max = 4KiB
        """;

    private const string OfAggregator = """
        aggregator.checkpoint-bytes = 128KiB
        aggregator.checkpoint-every = 300ms
        aggregator.files.rotation.size = 256KiB
        """;

    [Theory]
    [InlineData("agg.received")]
    [InlineData("agg.received:10")]
    [InlineData("agg.after-commit-before-ack:10")]
    [InlineData("agg.before-write:20")]
    [InlineData("agg.after-write-before-fsync:3")]
    [InlineData("agg.after-fsync-before-checkpoint:3")]
    [InlineData("agg.after-checkpoint-before-snapshot:3")]
    [InlineData("agg.after-snapshot-before-delete", 700)]
    [InlineData("agg.rotate-before-rename:2")]
    [InlineData("agg.rotate-after-rename:2")]
    [InlineData("compress-mid")]
    [InlineData("compress-before-rename:2")]
    [InlineData("compress-before-delete:2")]
    public async Task An_aggregator_that_ends_here_loses_repeats_and_tears_nothing(string place, int? rate = null)
    {
        await using var plant = await Plant.Start(new PlantConfig(certificates.Path)
        {
            Both = Both,
            OfAggregator = OfAggregator + "\naggregator.settle-after = 0s",
            AggregatorCrashesAt = place,
        });
        var oracle = new Oracle();

        // A snapshot is worth its price only after hundreds of events: a slow sender makes small ones.
        await oracle.Send(
            plant.Target, new OracleLoad(Messages) { Connections = 4, Host = "shop{0}", Header = OracleHeader.Rfc3164, Rate = rate });
        await Crash(plant.Aggregator);
        var atCrash = Verifier.Read(plant.Files, oracle.Ledger);
        await plant.Aggregator.Restart();

        var found = await plant.Finish(oracle.Ledger, f => f.Unique == Messages);
        output.WriteLine($"at the crash {atCrash.Unique:N0} of {Messages:N0} in files; at the end {found}");
        Assert.True(found.IsExact, found.ToString());
    }

    [Theory]
    [InlineData("edge.received:5")]
    [InlineData("edge.after-commit-before-send:5")]
    [InlineData("edge.sent-before-ack:10")]
    [InlineData("edge.acked-before-mark:3")]
    [InlineData("edge.forget-mid")]
    public async Task An_edge_that_ends_here_delivers_once_what_it_had_persisted(string place)
    {
        var settleAfter = place.StartsWith("edge.forget", StringComparison.Ordinal) ? "0s" : "1h";
        await using var plant = await Plant.Start(new PlantConfig(certificates.Path)
        {
            Both = Both,
            OfAggregator = $"{OfAggregator}\naggregator.settle-after = {settleAfter}",
            EdgeCrashesAt = place,
        });
        var oracle = new Oracle();
        using var stop = new CancellationTokenSource();

        var sending = oracle.Send(
            plant.Target,
            new OracleLoad(Messages) { Connections = 4, Host = "shop{0}", Header = OracleHeader.Rfc3164, Reconnect = true },
            stop.Token);
        await Crash(plant.Edge);
        // Nothing comes after the crash: what the spool holds now is what must arrive.
        await stop.CancelAsync();
        await sending;
        var persisted = SpoolReading.RecordsByOrigin(plant.Spool).Values.Sum();
        await plant.Edge.Restart();

        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= persisted);
        output.WriteLine($"at the crash {persisted:N0} persisted; at the end {found}");
        Assert.True(found.AtMostOnce, found.ToString());
        Assert.Equal(persisted, found.Unique);
    }

    private static async Task Crash(ActorLogProcess process) => Assert.Equal(ExitStatus, await process.Process.Exit(CrashMax));
}
