using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// The power of the edge's volume, the aggregator's, or both goes at a random moment under load: nothing that was not
/// synced is there afterwards. A cycle is one cut.
/// </summary>
internal sealed class PowerCutDrill() : Drill(
    "powercut", "10-12", "cuts the power of the volumes of edge and aggregator at random moments")
{
    private const string Spooled = "actorlog_spooled_records_total";
    private const int PauseMaxMs = 1_500;

    public override int QuickCycles => 2;

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        await using var edgeVolume = await Ext4Volume.Mount(512);
        await using var aggregatorVolume = await Ext4Volume.Mount(512);
        await using var loaded = await LoadedPlant.Start((await DiskPlaces.Config(run))
            .SpoolOn(edgeVolume).JournalOn(aggregatorVolume).FilesOn(aggregatorVolume));
        var persisted = new PersistedRecords();
        var spool = DiskPlaces.SpoolOf(edgeVolume);
        for (var cut = 1; cut <= run.Cycles; cut++)
        {
            var (edge, aggregator) = (cut % 3) switch { 1 => (true, false), 2 => (false, true), _ => (true, true) };
            await loaded.UntilMore(loaded.Edge, Spooled);
            // The moment itself is drawn: nothing is waited for.
            await Task.Delay(run.Random.Next(PauseMaxMs));
            var said = edge ? await loaded.Edge.Count(Spooled) : 0;
            var before = persisted.Total;
            await Task.WhenAll(
                edge ? CutEdge(loaded.Edge, edgeVolume) : Task.CompletedTask,
                aggregator ? Cut(loaded.Aggregator, aggregatorVolume) : Task.CompletedTask);
            if (edge)
            {
                persisted.Read(spool);
                DrillRun.Require(
                    persisted.Total - before >= said,
                    $"{said} records were said to be spooled before cut {cut}, and {persisted.Total - before} are");
            }

            if (aggregator)
            {
                var ahead = JournalReading.CheckpointsAheadOfFiles(DiskPlaces.JournalOf(aggregatorVolume), aggregatorVolume["logs"]);
                DrillRun.Require(ahead.Count == 0, string.Join('\n', ahead));
            }

            run.Say($"cut {cut} of {(edge ? aggregator ? "both" : "edge" : "aggregator")}: {said:N0} were said to be spooled, {persisted.Total - before:N0} are");
            await Task.WhenAll(
                edge ? loaded.Edge.Restart() : Task.CompletedTask, aggregator ? loaded.Aggregator.Restart() : Task.CompletedTask);
        }

        // The last cut is the edge's, with nothing behind it: what its spool holds then is what must arrive.
        await loaded.UntilMore(loaded.Edge, Spooled);
        await loaded.StopSending();
        await CutEdge(loaded.Edge, edgeVolume);
        persisted.Read(spool);
        await loaded.Edge.Restart();
        var found = await loaded.Plant.Finish(loaded.Oracle.Ledger, f => f.Unique >= persisted.Total);
        run.Say($"{loaded.Oracle.Ledger.Sent:N0} sent, {persisted.Total:N0} persisted; {DrillTally.Short(found)}");
        run.Tally.Add(found, persisted.Total);
    }

    // The process first. A machine's sockets go with its power: here the edge would go on and deliver what ext4 calls synced
    // in the moment of the cut and has lost, and more would stand in files than its spool had.
    private static async Task CutEdge(ActorLogProcess node, Ext4Volume volume)
    {
        await node.Kill();
        volume.CutPower();
        await volume.Remount();
    }

    private static async Task Cut(ActorLogProcess node, Ext4Volume volume)
    {
        volume.CutPower();
        await node.Kill();
        await volume.Remount();
    }
}
