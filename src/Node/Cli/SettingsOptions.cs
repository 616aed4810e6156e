using System.CommandLine;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Cli;

/// <summary>The options by which run and check find their configuration.</summary>
internal sealed class SettingsOptions
{
    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "The configuration file (HOCON); ACTORLOG_CONFIG names it too. Without one the built-in defaults run.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _roles = new("--role")
    {
        Description = "What runs in this process: edge, aggregator; may be given twice.",
        HelpName = "edge|aggregator",
    };

    private readonly Option<string[]> _overrides = new("--set")
    {
        Description = "Override one key: --set spool.bytes-max=2GiB; may be given many times.",
        HelpName = "PATH=VALUE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_roles);
        command.Options.Add(_overrides);
    }

    public SettingsRequest Request(ParseResult result, Surroundings surroundings)
    {
        var roles = result.GetValue(_roles) ?? [];
        var config = result.GetValue(_config) ?? surroundings.Environment.GetValueOrDefault("ACTORLOG_CONFIG");
        var overrides = new List<string>(result.GetValue(_overrides) ?? []);
        if (roles.Length > 0)
        {
            overrides.Add($"roles={string.Join(',', roles)}");
        }

        return new SettingsRequest(string.IsNullOrEmpty(config) ? null : config, surroundings.Environment, overrides);
    }

    /// <summary>Reads the settings; when there are faults, prints each and gives null.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="surroundings">The process's.</param>
    /// <param name="clock">By which certificates are judged; null: they are not.</param>
    public NodeSettings? Read(ParseResult result, Surroundings surroundings, TimeProvider? clock)
    {
        var reading = SettingsReader.Read(Request(result, surroundings) with { Clock = clock });
        foreach (var fault in reading.Faults)
        {
            surroundings.Error.WriteLine(fault);
        }

        if (reading.Faults.Count > 0)
        {
            surroundings.Error.WriteLine(
                $"actorlog: the configuration has {reading.Faults.Count} fault(s); nothing was started.");
        }

        return reading.Settings;
    }
}
