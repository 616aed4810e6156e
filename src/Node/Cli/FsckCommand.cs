using System.CommandLine;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;

namespace ActorLog.Node.Cli;

/// <summary>actorlog fsck: looks through spool, journal and files of a node that is stopped; with --repair salvages as a start would.</summary>
internal sealed class FsckCommand(Surroundings surroundings)
{
    private readonly SettingsOptions _options = new();
    private readonly Option<bool> _repair = new("--repair")
    {
        Description = "Salvage what is good of a damaged database, as a start would, and delete temporary files.",
    };

    private int _faults;

    public Command Build()
    {
        var command = new Command("fsck", "Look through spool, journal and files of a stopped node: a fault a line (exit 1), or none (exit 0).");
        _options.AddTo(command);
        command.Options.Add(_repair);
        command.SetAction(result =>
        {
            if (_options.Read(result, surroundings, clock: null) is not { } settings)
            {
                return ExitCode.Config;
            }

            try
            {
                Check(settings, result.GetValue(_repair));
            }
            catch (StartFaultException fault)
            {
                surroundings.Error.WriteLine($"actorlog fsck: {fault.Cause}\nactorlog fsck: remedy: {fault.Remedy}");
                return ExitCode.Failed;
            }

            surroundings.Output.WriteLine($"fsck: {_faults} faults");
            return _faults == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private void Check(NodeSettings settings, bool isRepair)
    {
        if (settings.Roles.HasFlag(NodeRoles.Edge))
        {
            CheckDatabase(settings.Spool.Path, DatabaseKind.Spool, isRepair);
        }

        if (settings.Roles.HasFlag(NodeRoles.Aggregator) && settings.Aggregator.Postgres is { } postgres)
        {
            CheckDatabase(settings.Aggregator.JournalPath, DatabaseKind.Ledger, isRepair);
            surroundings.Output.WriteLine(
                $"{postgres.Place}: not looked at, nor the files that it knows: a database's damage is its own business."
                + " Run pg_amcheck --heapallindexed on it, and pg_checksums on a server that is stopped; restore with point-in-time recovery");
        }
        else if (settings.Roles.HasFlag(NodeRoles.Aggregator))
        {
            CheckDatabase(settings.Aggregator.JournalPath, DatabaseKind.Journal, isRepair);
            var files = new FilesCheck(settings.Aggregator.Files.Directory, settings.Aggregator.JournalPath);
            foreach (var fault in files.Faults(isRepair))
            {
                Fault(settings.Aggregator.Files.Directory, fault);
            }
        }
    }

    private void CheckDatabase(string path, DatabaseKind kind, bool isRepair)
    {
        if (!File.Exists(path) && !File.Exists(path + "-wal"))
        {
            surroundings.Output.WriteLine($"{path}: not there");
            return;
        }

        if (isRepair)
        {
            using var database = NodeDatabase.Open(path, kind, TimeProvider.System, isReadWhole: true);
            foreach (var line in database.Salvage is { } salvage ? [salvage.Summary, .. salvage.Lines] : database.Notes)
            {
                surroundings.Output.WriteLine($"{path}: {line}");
            }

            database.Close();
        }

        using var locked = DatabaseLock.Take(path);
        var before = _faults;
        var log = WalFile.Read(path + "-wal").State;
        foreach (var fault in DatabaseCheck.Faults(path, kind, DatabaseEnding.Damaged, log))
        {
            Fault(path, fault);
        }

        if (_faults == before)
        {
            foreach (var line in DatabaseSummary.Of(path, kind, fault => Fault(path, fault)))
            {
                surroundings.Output.WriteLine($"{path}: {line}");
            }
        }
    }

    private void Fault(string where, string what)
    {
        _faults++;
        surroundings.Output.WriteLine($"{where}: FAULT {what}");
    }
}
