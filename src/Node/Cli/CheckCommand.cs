using System.CommandLine;

namespace ActorLog.Node.Cli;

/// <summary>actorlog check: every fault of the configuration, or what would run. Starts, binds and writes nothing.</summary>
internal sealed class CheckCommand(Surroundings surroundings)
{
    private readonly SettingsOptions _options = new();

    public Command Build()
    {
        var command = new Command("check", "Check the configuration: print every fault (exit 78), or what would run (exit 0).");
        _options.AddTo(command);
        command.SetAction(result =>
        {
            if (_options.Read(result, surroundings, TimeProvider.System) is not { } settings)
            {
                return ExitCode.Config;
            }

            foreach (var line in SettingsSummary.Lines(settings))
            {
                surroundings.Output.WriteLine(line);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
