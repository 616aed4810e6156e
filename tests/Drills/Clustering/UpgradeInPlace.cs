using System.Security.Cryptography;
using ActorLog.Drills.Disk;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>An edge and an aggregator alone, with spool and journal in SQLite, whose program is replaced in place under load.</summary>
internal sealed class UpgradeInPlace(DrillRun run, Releases releases)
{
    public async Task Run()
    {
        await using var loaded = await LoadedPlant.Start(
            new PlantConfig(await run.Certificates())
            {
                OfAggregator = DiskPlaces.Lively,
                StallMax = "1h",
                Edge = config => config with { Build = releases.Before },
                Aggregator = config => config with { Build = releases.Before },
            },
            rate: 250);

        await Both(loaded, releases.This);
        await Both(loaded, releases.Next);
        await Both(loaded, releases.This);
        await Both(loaded, releases.Before);
        run.Say("in place: up to next, and down to before again");

        await Both(loaded, releases.This);
        await RefuseEdge(loaded);
        await Replace(loaded, loaded.Aggregator, releases.Next);
        await Replace(loaded, loaded.Aggregator, releases.AfterNext);
        await RefuseStart(loaded, loaded.Edge, loaded.Plant.Spool);
        await RefuseStart(loaded, loaded.Aggregator, loaded.Plant.Journal);
        await Both(loaded, releases.Next);
        run.Say("in place: up to two ahead, and down by one");
        await Finish(loaded);
    }

    private async Task Finish(LoadedPlant loaded)
    {
        await loaded.StopSending();
        await Accounting.AllStored([loaded.Edge]);
        var found = await loaded.Plant.Finish(loaded.Oracle.Ledger, static _ => true);
        var received = await Accounting.Received([loaded.Edge]);
        run.Say($"in place: {loaded.Oracle.Ledger.Sent:N0} sent, {received:N0} taken by the edge; {DrillTally.Short(found)}");
        DrillRun.Require(found.Foreign == 0, $"lines of others: {found}");
        run.Tally.Add(found, received);
    }

    private static async Task Both(LoadedPlant loaded, string program)
    {
        await Replace(loaded, loaded.Aggregator, program);
        await Replace(loaded, loaded.Edge, program);
    }

    private static async Task Replace(LoadedPlant loaded, ActorLogProcess node, string program)
    {
        await DrillRun.Stop(node);
        node.Program = program;
        await node.Restart();
        await loaded.UntilMore(loaded.Edge, "actorlog_stored_records_total");
        await loaded.UntilMore(loaded.Aggregator, "actorlog_projected_lines_total");
    }

    // Two ahead of its aggregator: it spools what comes, and both say why.
    private async Task RefuseEdge(LoadedPlant loaded)
    {
        const string Why = "upgrade the aggregator";
        await DrillRun.Stop(loaded.Edge);
        loaded.Edge.Program = releases.AfterNext;
        await loaded.Edge.Restart();
        await loaded.Until(() => Task.FromResult(Find(loaded.Edge, Why) is not null && Find(loaded.Aggregator, Why) is not null), "both say why");
        run.Say(Find(loaded.Edge, Why)!);
        await loaded.UntilMore(loaded.Edge, "actorlog_spooled_records_total");
    }

    // Two behind what wrote the file: it does not start, and leaves the file as it is.
    private async Task RefuseStart(LoadedPlant loaded, ActorLogProcess node, string database)
    {
        var right = node.Program;
        await DrillRun.Stop(node);
        var before = Hash(database);
        node.Program = releases.This;
        await node.BeginAgain();
        var status = await node.Process.Exit(ActorLogProcess.StartLimit);
        DrillRun.Require(status == 1, $"ended with {status}, not 1\n{node.Process.Account()}");
        run.Say(Find(node, "a newer actorlog wrote it") ?? throw new DrillFailure($"it does not say why\n{node.Process.Account()}"));
        DrillRun.Require(before == Hash(database), $"{database} was changed");
        node.Program = right;
        await node.Restart();
        await loaded.UntilMore(loaded.Edge, "actorlog_stored_records_total");
    }

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));

    private static string? Find(ActorLogProcess node, string text) =>
        node.Process.Output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
}
