using ActorLog.Testing.Processes;
using Xunit.Abstractions;

namespace ActorLog.Drills;

/// <summary>kill -9 of whole processes under load, again and again. Kills are tied to how far the run has come, not to time.</summary>
public sealed class KillDrills(CertificateFolder certificates, ITestOutputHelper output) : IClassFixture<CertificateFolder>
{
    private const int Kills = 10;
    private static readonly TimeSpan ProgressMax = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task An_aggregator_killed_ten_times_loses_repeats_and_tears_nothing()
    {
        const long Messages = 1_000_000;
        await using var plant = await Plant.Start(new PlantConfig(certificates.Path)
        {
            OfAggregator = """
                aggregator.settle-after = 1s
                aggregator.files.rotation.size = 2MiB
                """,
        });
        var oracle = new Oracle();
        var load = new OracleLoad(Messages) { Connections = 8, Host = "shop{0}", Header = OracleHeader.Rfc3164 };
        var expected = load.Messages * MessageBytes();

        var sending = oracle.Send(plant.Target, load);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var due = expected / (Kills + 1) * kill;
            await Progress(() => SegmentFiles.PlainBytes(plant.Files) >= due, $"{due} bytes in files", plant);
            await plant.Aggregator.Kill();
            output.WriteLine($"kill {kill}: {SegmentFiles.PlainBytes(plant.Files):N0} bytes in files, {oracle.Ledger.Sent:N0} sent");
            await plant.Aggregator.Restart();
        }

        await sending;
        var found = await plant.Finish(oracle.Ledger, f => f.Unique == Messages);
        output.WriteLine(found.ToString());
        Assert.True(found.IsExact, found.ToString());
        Assert.Contains(Directory.EnumerateFiles(plant.Files), f => f.EndsWith(".gz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_edge_killed_ten_times_delivers_just_what_its_spool_had_persisted()
    {
        const long RecordsPerRun = 20_000;
        await using var plant = await Plant.Start(new PlantConfig(certificates.Path)
        {
            // Nothing leaves the spool meanwhile: at the end its rows say what was persisted.
            OfAggregator = "aggregator.settle-after = 1h",
        });
        var oracle = new Oracle();
        using var stop = new CancellationTokenSource();
        var sending = oracle.Send(
            plant.Target,
            new OracleLoad(long.MaxValue) { Connections = 4, Host = "shop{0}", Header = OracleHeader.Rfc3164, Reconnect = true },
            stop.Token);
        var persisted = new Dictionary<string, long>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var due = persisted.Values.Sum() + RecordsPerRun;
            await Progress(() => SpoolReading.RecordsByOrigin(plant.Spool).Values.Sum() >= due, $"{due} records persisted", plant);
            await plant.Edge.Kill();
            persisted = Merge(persisted, SpoolReading.RecordsByOrigin(plant.Spool));
            output.WriteLine(
                $"kill {kill}: {oracle.Ledger.Sent:N0} sent, {oracle.Ledger.Uncertain:N0} uncertain, {persisted.Values.Sum():N0} persisted by {persisted.Count} runs");
            await plant.Edge.Restart();
        }

        await stop.CancelAsync();
        await sending;
        var found = await plant.Finish(oracle.Ledger, f => f.Unique == SpoolReading.RecordsByOrigin(plant.Spool).Values.Sum());
        persisted = Merge(persisted, SpoolReading.RecordsByOrigin(plant.Spool));
        output.WriteLine($"{persisted.Values.Sum():N0} persisted; {found}");
        Assert.True(found.AtMostOnce, found.ToString());
        Assert.Equal(persisted.Values.Sum(), found.Unique);
        Assert.True(persisted.Count >= Kills, $"only {persisted.Count} runs have persisted anything");
    }

    /// <summary>What a dead run had persisted stays; only the last run grows.</summary>
    internal static Dictionary<string, long> Merge(IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> now)
    {
        var merged = new Dictionary<string, long>(before);
        foreach (var (origin, records) in now)
        {
            Assert.True(records >= merged.GetValueOrDefault(origin), $"{origin} had {merged.GetValueOrDefault(origin)} records, and has {records}");
            merged[origin] = records;
        }

        return merged;
    }

    private static Task Progress(Func<bool> condition, string what, Plant plant) =>
        Eventually.True(() => Task.FromResult(condition()), ProgressMax, () => $"{what}\n{plant.Account()}");

    private static long MessageBytes()
    {
        const int Count = 512;
        var bytes = new byte[OracleMessages.BytesMax];
        var messages = new OracleMessages(0, 0, "shop0", OracleHeader.Rfc3164, null);
        return Enumerable.Range(0, Count).Sum(n => (long)messages.Write(bytes, n)) / Count;
    }
}
