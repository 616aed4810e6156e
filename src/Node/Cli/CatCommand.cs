using System.CommandLine;
using System.Text;
using ActorLog.Node.Reading;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Cli;

/// <summary>actorlog cat: prints a host's lines, over all aggregators of the cluster, in order and once.</summary>
internal sealed class CatCommand(Surroundings surroundings)
{
    private readonly SettingsOptions _options = new();

    private readonly Option<string> _host = new("--host")
    {
        Description = "The host, as its lines have it.",
        HelpName = "NAME",
        Required = true,
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = $"Lines from this time on: {TimeOption.Form}.",
        HelpName = "TIME",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "Lines before this time.",
        HelpName = "TIME",
    };

    public Command Build()
    {
        var command = new Command(
            "cat", "Print a host's lines in order, read from all aggregators of the cluster (exit 1 when some may be missing).");
        _options.AddTo(command);
        foreach (Option option in new Option[] { _host, _from, _to })
        {
            command.Options.Add(option);
        }

        _host.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is { } host && !IsHost(host))
            {
                result.AddError($"--host: '{host}' is no name of a host.");
            }
        });
        command.SetAction((result, stop) => Task.FromResult(Print(result, stop)));
        return command;
    }

    private int Print(ParseResult result, CancellationToken stop)
    {
        if (_options.Read(result, surroundings, clock: null) is not { } settings)
        {
            return ExitCode.Config;
        }

        if (!settings.Roles.HasFlag(NodeRoles.Aggregator))
        {
            return Say("this configuration is no aggregator's: run it with that of one, on the machine where it is", ExitCode.Failed);
        }

        var zone = settings.Aggregator.Files.TimeZone;
        if (!TryReadTime(result.GetValue(_from), zone, out var from) || !TryReadTime(result.GetValue(_to), zone, out var to))
        {
            return Say($"--from and --to are times such as {TimeOption.Form}", ExitCode.Usage);
        }

        if (from >= to)
        {
            return Say("--from is not before --to", ExitCode.Usage);
        }

        try
        {
            using var output = new BufferedStream(surroundings.OpenOutput(), SegmentStream.ChunkBytes);
            using var reading = new HostReading(
                settings, result.GetValue(_host)!, new TimeSpanWanted(from, to), TimeProvider.System, what => Say(what, ExitCode.Failed));
            return reading.Print(output, stop) ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (OutputClosedException)
        {
            // As any program that writes to a pipe: whoever reads it has what it wanted.
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            return Say(e.Message, ExitCode.Failed);
        }
    }

    private int Say(string what, int code)
    {
        surroundings.Error.WriteLine($"actorlog cat: {what}");
        return code;
    }

    // No name leads out of the data root, since what is no letter is encoded in a path; one that tries is a mistake.
    private static bool IsHost(string host) =>
        Encoding.UTF8.GetByteCount(host) is > 0 and <= NodeSegments.HostBytesMax && !host.Contains('\0') && !host.StartsWith('/')
        && !host.Split('/').Any(static part => part is "." or "..");

    private static bool TryReadTime(string? text, TimeZoneInfo zone, out long? ticks)
    {
        var isTime = TimeOption.TryRead(text ?? "", zone, out var read);
        ticks = isTime ? read : null;
        return isTime || text is null;
    }
}
