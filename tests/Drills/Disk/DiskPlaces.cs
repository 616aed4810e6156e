using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>Puts parts of a plant on a volume; its configurations stay where no fault reaches them.</summary>
internal static class DiskPlaces
{
    /// <summary>Many checkpoints, and a spool that forgets soon.</summary>
    public const string Lively = """
        aggregator.checkpoint-every = 500ms
        aggregator.settle-after = 2s
        """;

    private const string Turning = "\naggregator.files.rotation.size = 4MiB";

    /// <summary>A plant with its usual places, whose files turn over and whose senders wait as long as need be.</summary>
    public static async Task<PlantConfig> Config(Running.DrillRun run, bool turns = true) =>
        new(await run.Certificates()) { OfAggregator = Lively + (turns ? Turning : ""), StallMax = "1h" };

    /// <summary>The edge's spool on the volume.</summary>
    public static PlantConfig SpoolOn(this PlantConfig config, TestVolume volume) =>
        config with { OfEdge = $"{config.OfEdge}\nspool.path = \"{SpoolOf(volume)}\"" };

    /// <summary>The aggregator's journal on the volume.</summary>
    public static PlantConfig JournalOn(this PlantConfig config, TestVolume volume) =>
        config with { OfAggregator = $"{config.OfAggregator}\naggregator.journal = \"{JournalOf(volume)}\"" };

    /// <summary>The aggregator's files on the volume.</summary>
    public static PlantConfig FilesOn(this PlantConfig config, TestVolume volume) =>
        config with { Aggregator = node => node with { AggregatorFiles = volume["logs"] } };

    /// <summary>The spool that <see cref="SpoolOn"/> has put there.</summary>
    public static string SpoolOf(TestVolume volume) => volume["spool.db"];

    /// <summary>The journal that <see cref="JournalOn"/> has put there.</summary>
    public static string JournalOf(TestVolume volume) => volume["journal.db"];
}
