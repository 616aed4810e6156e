using System.CommandLine;
using ActorLog.Node.Hosting;
using ActorLog.Node.Reporting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Cli;

/// <summary>actorlog report: what became of every record, from the node's files, while it runs or not.</summary>
internal sealed class ReportCommand(Surroundings surroundings)
{
    // Between two readings of a journal: what is missing and on its way arrives, or something else does.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);
    private readonly SettingsOptions _options = new();

    private readonly Option<string?> _host = new("--host")
    {
        Description = "Only runs and origins of the edge of this name, and, on an aggregator, what stands in files under it.",
        HelpName = "NAME",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "A JSON object a line.",
    };

    public Command Build()
    {
        var command = new Command(
            "report", "Say what became of every record: received, stored, dropped and why (exit 1 when it does not add up).");
        _options.AddTo(command);
        command.Options.Add(_host);
        command.Options.Add(_json);
        command.SetAction(async (result, stop) =>
            _options.Read(result, surroundings, clock: null) is { } settings
                ? await ReportAsync(settings, result.GetValue(_host), result.GetValue(_json), stop)
                : ExitCode.Config);
        return command;
    }

    private async Task<int> ReportAsync(NodeSettings settings, string? host, bool isJson, CancellationToken stop)
    {
        var report = new Report();
        try
        {
            report.Add("node", ("node", settings.Name), ("at", Gap.Time(TimeProvider.System.GetUtcNow().UtcTicks)));
            var isEdge = settings.Roles.HasFlag(NodeRoles.Edge);
            if (isEdge)
            {
                AddRuns(settings.Spool.Path, host, report);
            }

            if (settings.Roles.HasFlag(NodeRoles.Aggregator))
            {
                if (!isEdge)
                {
                    // The name says whose records: an aggregator's own runs are told all the same.
                    AddRuns(settings.Aggregator.JournalPath, null, report);
                }

                if (host is not null)
                {
                    new HostFiles(host).Add(settings.Aggregator.Files.Directory, report);
                }

                if (settings.Aggregator.Postgres is { } postgres)
                {
                    await PostgresReport.AddAsync(postgres, report, stop);
                }
                else
                {
                    await AddStoredAsync(settings.Aggregator.JournalPath, host, report, stop);
                }
            }
        }
        catch (StartFaultException fault)
        {
            await surroundings.Error.WriteLineAsync($"actorlog report: {fault.Cause}\nactorlog report: remedy: {fault.Remedy}");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            await surroundings.Error.WriteLineAsync($"actorlog report: {e.Message}");
            return ExitCode.Failed;
        }

        report.Close();
        foreach (var line in report.Lines)
        {
            await surroundings.Output.WriteLineAsync(isJson ? line.ToJson() : line.ToString());
        }

        return report.IsSound ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void AddRuns(string path, string? host, Report report)
    {
        using var file = ReportFile.Open(path);
        report.Add("database", ("path", path), ("state", file is null ? "absent" : "read"));
        if (file is not null)
        {
            RunReport.Add(file, host, report);
        }
    }

    private static async Task AddStoredAsync(string path, string? host, Report report, CancellationToken stop)
    {
        var now = ReadStored(path);
        var earlier = now;
        if (now.Values.Any(origin => origin.Missing > report.ExplainedOf(origin.Origin)))
        {
            await Task.Delay(Settle, stop);
            now = ReadStored(path);
        }

        StoredReport.Add(earlier, now, host, report);
    }

    private static IReadOnlyDictionary<string, StoredReport.Stored> ReadStored(string path)
    {
        using var file = ReportFile.Open(path);
        return file is null ? new Dictionary<string, StoredReport.Stored>() : StoredReport.Read(file.Connection);
    }
}
