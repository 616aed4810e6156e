using System.CommandLine;
using System.Globalization;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Cli;

/// <summary>actorlog spool: what an edge still holds, listed, written out as lines, or delivered without listening.</summary>
internal sealed class SpoolCommand(Surroundings surroundings)
{
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The file to write; standard output without it.", HelpName = "FILE" };
    private readonly Option<ExportFormat> _format = new("--format")
    {
        Description = "lines as the aggregator's files have them, or syslog: RFC 5424 records, octet-counted.",
        DefaultValueFactory = static _ => ExportFormat.Lines,
    };

    private readonly Option<int> _limit = new("--limit")
    {
        Description = "Seconds to deliver in.",
        DefaultValueFactory = static _ => 300,
    };

    public Command Build()
    {
        var command = new Command("spool", "List, export or drain what an edge's spool holds.");
        command.Subcommands.Add(Verb("list", "Print what each run left: numbers, records, bytes, oldest and newest.", List));
        command.Subcommands.Add(Verb("export", "Write the records that are not settled.", Export, _output, _format));
        command.Subcommands.Add(Drain());
        return command;
    }

    private Command Drain()
    {
        var command = new Command("drain", "Deliver the spool to the aggregator without listening; exit 0 when all of it is stored.");
        var options = new SettingsOptions();
        options.AddTo(command);
        command.Options.Add(_limit);
        command.SetAction(async (result, stop) =>
        {
            if (options.Read(result, surroundings, clock: null) is not { } settings)
            {
                return ExitCode.Config;
            }

            try
            {
                var left = await SpoolDrain.RunAsync(settings, TimeSpan.FromSeconds(result.GetValue(_limit)), stop);
                surroundings.Output.WriteLine(left.Records == 0
                    ? $"drained: {left.Stored} records stored" : $"not drained: {left.Stored} records stored, {left.Records} left ({left.Why})");
                return left.Records == 0 ? ExitCode.Ok : ExitCode.Failed;
            }
            catch (StartFaultException fault)
            {
                return Say(fault);
            }
        });
        return command;
    }

    private Command Verb(string name, string description, Action<NodeSettings, ParseResult> act, params Option[] further)
    {
        var command = new Command(name, description);
        var options = new SettingsOptions();
        options.AddTo(command);
        foreach (var option in further)
        {
            command.Options.Add(option);
        }

        command.SetAction(result =>
        {
            if (options.Read(result, surroundings, clock: null) is not { } settings)
            {
                return ExitCode.Config;
            }

            try
            {
                if (!File.Exists(settings.Spool.Path))
                {
                    throw new StartFaultException($"{settings.Spool.Path} is not there", "Name the node's own configuration with -c.");
                }

                act(settings, result);
                return ExitCode.Ok;
            }
            catch (StartFaultException fault)
            {
                return Say(fault);
            }
            catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                return Say(SqliteFile.IsDamage(e)
                    ? new($"{settings.Spool.Path} is damaged: {e.Message}", "Stop the node; actorlog fsck --repair salvages what is good.", e)
                    : SqliteFile.FaultOf(settings.Spool.Path, e));
            }
        });
        return command;
    }

    private int Say(StartFaultException fault)
    {
        surroundings.Error.WriteLine($"actorlog spool: {fault.Cause}\nactorlog spool: remedy: {fault.Remedy}");
        return ExitCode.Failed;
    }

    private void List(NodeSettings settings, ParseResult result)
    {
        var (records, bytes) = (0L, 0L);
        using var reading = new SpoolReading(settings.Spool.Path);
        foreach (var run in reading.Runs())
        {
            surroundings.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Origin} blocks {run.First}-{run.Last} records {run.Records} bytes {run.Bytes} oldest {run.Oldest:yyyy-MM-ddTHH:mm:ssZ} newest {run.Newest:yyyy-MM-ddTHH:mm:ssZ}"));
            (records, bytes) = (records + run.Records, bytes + run.Bytes);
        }

        surroundings.Output.WriteLine($"total records {records} bytes {bytes}");
    }

    private void Export(NodeSettings settings, ParseResult result)
    {
        using var reading = new SpoolReading(settings.Spool.Path);
        var file = result.GetValue(_output);
        using var output = file is null ? Console.OpenStandardOutput() : new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        var export = new SpoolExport(output, result.GetValue(_format), settings.Aggregator.Files.TimeZone);
        foreach (var block in reading.Blocks())
        {
            if (BlockReader.TryRead(block, BlockLimits.Default, out var records, out var error))
            {
                using (records)
                {
                    export.Write(records);
                }
            }
            else
            {
                surroundings.Error.WriteLine($"actorlog spool: a block cannot be read and is left out: {error}");
            }
        }

        output.Flush();
        surroundings.Error.WriteLine($"exported: {export.Records} records");
    }
}
