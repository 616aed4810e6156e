using System.CommandLine;

namespace ActorLog.Node.Cli;

/// <summary>actorlog verify: the proof, in two steps.</summary>
internal sealed class VerifyCommand(Surroundings surroundings)
{
    /// <summary>The program of the messages, by which their lines are told from all others.</summary>
    public const string Program = "gunicorn.actorlog-verify.access";

    public Command Build()
    {
        var command = new Command("verify", "Prove that each record stands in its file exactly once: send numbered messages, then read the files.");
        command.Subcommands.Add(new VerifySendCommand(surroundings).Build());
        command.Subcommands.Add(new VerifyFilesCommand(surroundings).Build());
        return command;
    }
}
