using System.CommandLine;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Cli;

/// <summary>The command line: verbs and options in, exit code out.</summary>
/// <param name="run">Runs a node until it is told to stop, and gives the exit code; signals are its own business.</param>
/// <param name="surroundings">Environment, output and errors.</param>
internal sealed class CommandLine(Func<NodeSettings, CancellationToken, Task<int>> run, Surroundings surroundings)
{
    /// <summary>What run begins before it reads the settings.</summary>
    public Action? Prepare { get; init; }

    /// <summary>Does what the arguments say; without a verb, run.</summary>
    public async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CancellationToken stop = default)
    {
        var result = Root().Parse(arguments);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await surroundings.Error.WriteLineAsync($"actorlog: {error.Message}");
            }

            await surroundings.Error.WriteLineAsync("actorlog --help lists verbs and options.");
            return ExitCode.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            Output = surroundings.Output,
            Error = surroundings.Error,
            // The host listens to SIGTERM and SIGINT itself, and takes its time to flush.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        return await result.InvokeAsync(invocation, stop);
    }

    private RootCommand Root()
    {
        var root = new RootCommand("ActorLog: a syslog edge and a clustered aggregator, each record in its file exactly once.");
        new RunCommand(run, Prepare, surroundings).AddTo(root);
        root.Subcommands.Add(new RunCommand(run, Prepare, surroundings).Build());
        root.Subcommands.Add(new CheckCommand(surroundings).Build());
        root.Subcommands.Add(new HealthCommand(surroundings).Build());
        root.Subcommands.Add(new CertsCommand(surroundings).Build());
        root.Subcommands.Add(new VerifyCommand(surroundings).Build());
        root.Subcommands.Add(new ReportCommand(surroundings).Build());
        root.Subcommands.Add(new CatCommand(surroundings).Build());
        root.Subcommands.Add(new FsckCommand(surroundings).Build());
        root.Subcommands.Add(new SpoolCommand(surroundings).Build());
        root.Subcommands.Add(VersionCommand());
        return root;
    }

    private Command VersionCommand()
    {
        var command = new Command("version", "Print the version.");
        var version = typeof(CommandLine).Assembly.GetName().Version!.ToString(3);
        command.SetAction(_ => surroundings.Output.WriteLine($"actorlog {version}"));
        return command;
    }
}
