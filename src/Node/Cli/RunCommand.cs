using System.CommandLine;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Cli;

/// <summary>actorlog run: reads the settings and runs the node.</summary>
internal sealed class RunCommand(Func<NodeSettings, CancellationToken, Task<int>> run, Action? prepare, Surroundings surroundings)
{
    private readonly SettingsOptions _options = new();

    public Command Build()
    {
        var command = new Command("run", "Run the node (the default).");
        AddTo(command);
        return command;
    }

    /// <summary>Makes running what a command does.</summary>
    public void AddTo(Command command)
    {
        _options.AddTo(command);
        command.SetAction(async (result, stop) =>
        {
            prepare?.Invoke();
            return _options.Read(result, surroundings, clock: null) is { } settings ? await run(settings, stop) : ExitCode.Config;
        });
    }
}
