using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// A node is started where the volume of files, journal or spool is mounted read-only: it refuses with cause and remedy, has
/// changed nothing, and starts when the volume can be written. A cycle is one volume.
/// </summary>
internal sealed class ReadOnlyStartDrill() : Drill(
    "read-only-start", "20", "starts a node whose files, journal or spool lie on a volume that is mounted read-only")
{
    public override int QuickCycles => 3;

    public override int LongCycles => 3;

    public override Task Run(DrillRun run) => run.InTurn(
        () => Start(run, "files", static (config, volume) => config.FilesOn(volume), static plant => plant.Aggregator),
        () => Start(run, "journal", static (config, volume) => config.JournalOn(volume), static plant => plant.Aggregator),
        () => Start(run, "spool", static (config, volume) => config.SpoolOn(volume), static plant => plant.Edge));

    private static async Task Start(
        DrillRun run, string what, Func<PlantConfig, TmpfsVolume, PlantConfig> place, Func<Plant, ActorLogProcess> nodeOf)
    {
        await using var volume = await TmpfsVolume.Mount(256);
        await using var loaded = await LoadedPlant.Start(place(await DiskPlaces.Config(run), volume));
        await loaded.StopSending();
        await loaded.Until(
            () => Task.FromResult(Verifier.Read(loaded.Plant.Files, loaded.Oracle.Ledger).Unique >= loaded.Oracle.Ledger.Sent), "all is in files");
        var node = nodeOf(loaded.Plant);
        await node.Kill();
        await volume.MakeReadOnly();
        await node.BeginAgain();
        DrillRun.Require(await node.Process.Exit(ActorLogProcess.StartLimit) == 1, $"it has started\n{node.Process.Account()}");
        var cause = node.Process.Output.FirstOrDefault(static l => l.Contains("actorlog: cannot start: ", StringComparison.Ordinal));
        DrillRun.Require(
            cause?.Contains(volume.Path, StringComparison.Ordinal) == true && cause.Contains("ead-only", StringComparison.Ordinal)
                && node.Process.Output.Any(static l => l.Contains("remedy: ", StringComparison.Ordinal)),
            $"no cause and remedy\n{node.Process.Account()}");
        run.Say(cause!);
        await volume.MakeWritable();
        await node.Restart();
        await loaded.Finish(run, what);
    }
}
