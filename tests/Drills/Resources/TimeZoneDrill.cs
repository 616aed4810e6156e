using System.Globalization;
using ActorLog.Drills.Running;
using ActorLog.Sinks.Files;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>
/// Turns of the clock and the calendar in a zone with summer time: 02:30 twice, 02:30 never, the end of a year, a leap day.
/// Sealed files are named by UTC, unique and in order; lines bear the local date. A cycle is all the turns.
/// </summary>
internal sealed class TimeZoneDrill() : Drill("timezone", "43", "passes both changes of summer time, the end of a year and a leap day")
{
    private const string Zone = "Europe/Berlin";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    // Turns of an hour, UTC, each a change of offset or of the calendar; after this machine's now and before certificates end.
    private static readonly DateTimeOffset[] Turns =
    [
        new(2026, 12, 31, 23, 0, 0, TimeSpan.Zero),     // New Year's Eve in Berlin
        new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),        // the year's end in UTC
        new(2027, 3, 28, 1, 0, 0, TimeSpan.Zero),       // 02:00 becomes 03:00
        new(2027, 10, 31, 0, 0, 0, TimeSpan.Zero),      // 02:00 for the first time
        new(2027, 10, 31, 1, 0, 0, TimeSpan.Zero),      // 02:00 again
        new(2028, 2, 28, 23, 0, 0, TimeSpan.Zero),      // the leap day begins in Berlin
        new(2028, 2, 29, 0, 0, 0, TimeSpan.Zero),       // and in UTC
    ];

    public override async Task Run(DrillRun run)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zone);
        using var clock = await SteppedClock.Make();
        NodeConfig InZone(NodeConfig node) => node with
        {
            Environment = new Dictionary<string, string>(clock.Environment) { ["TZ"] = Zone },
        };
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            Edge = InZone,
            Aggregator = InZone,
            OfAggregator = """
                aggregator.settle-after = 1s
                aggregator.checkpoint-every = 300ms
                aggregator.files.rotation.every = hour
                aggregator.files.retention.age = off
                """,
        });
        // Bare messages: the line's date is when the edge received it.
        await using var load = EndlessLoad.Start(plant, rate: 200, header: OracleHeader.Bare);
        await load.Deliver(20_000);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var turn in Turns.Where(t => t > now))
        {
            // Half an hour before, so that the file that is sealed at the turn is surely open.
            clock.Set(turn - TimeSpan.FromMinutes(30));
            await load.Deliver(20_000);
            await Eventually.True(
                () => Task.FromResult(Directory.EnumerateFiles(plant.Files, "*.log").Any()), Limit, () => $"an open file\n{plant.Account()}");
            clock.Set(turn - TimeSpan.FromSeconds(1));
            await Eventually.True(() => clock.Now > turn, Limit, "the turn");
            await load.Deliver(20_000);
            var local = TimeZoneInfo.ConvertTime(clock.Now, zone);
            var begun = local.ToString("MMM d", CultureInfo.InvariantCulture).Split(' ');
            var date = $"{begun[0]} {begun[1],2} {local:HH}:";
            await Eventually.True(
                () => Task.FromResult(LastLines(plant).Any(l => l.StartsWith(date, StringComparison.Ordinal))), Limit,
                () => $"a line of {date} after {turn:u}: {string.Join('\n', LastLines(plant))}\n{plant.Account()}");
            await Eventually.True(
                () => Task.FromResult(Sealed(plant.Files).Any(s => s.SealedAt >= turn)), Limit, () => $"a file is sealed at {turn:u}\n{plant.Account()}");
            run.Say($"{turn:u}: lines of {date}");
        }

        await load.Finish(run);
        Ordered(run, plant);
    }

    private static void Ordered(DrillRun run, Plant plant)
    {
        var names = SegmentFiles.Below(plant.Files).Select(static log => log.Select(Path.GetFileName).ToArray()).ToArray();
        foreach (var log in names)
        {
            var sealed_ = log.Select(static n => SegmentName.TryParse(n!, out var name) ? name : null).OfType<SegmentName>().ToArray();
            DrillRun.Require(
                sealed_.Select(static s => s.SealedAt).Order().SequenceEqual(sealed_.Select(static s => s.SealedAt)),
                $"the names' times are not in the order of their numbers: {string.Join(' ', log)}");
            var hours = sealed_.Select(static s => s.SealedAt.ToString("yyyyMMddHH", CultureInfo.InvariantCulture)).ToHashSet();
            var turns = Turns.Select(static t => t.ToString("yyyyMMddHH", CultureInfo.InvariantCulture)).ToArray();
            DrillRun.Require(
                hours.IsSupersetOf(turns), $"a turn sealed nothing: {string.Join(' ', log)}, wanted {string.Join(' ', turns)}");
        }

        run.Say($"{names.Sum(static l => l.Length)} files, such as {names[0][0]}");
    }

    private static IEnumerable<SegmentName> Sealed(string folder) => Directory.EnumerateFiles(folder)
        .Select(static f => SegmentName.TryParse(Path.GetFileName(f), out var name) ? name : null).OfType<SegmentName>();

    private static string[] LastLines(Plant plant) => [.. Directory.EnumerateFiles(plant.Files, "*.log").Select(LastLine)];

    private static string LastLine(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(stream.Length, 2_000), SeekOrigin.End);
        return new StreamReader(stream).ReadToEnd().TrimEnd('\n').Split('\n')[^1];
    }
}
