using System.CommandLine;
using ActorLog.Node.Verifying;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Cli;

/// <summary>actorlog verify files: reads every file below some folders and says what became of each message of some ledgers.</summary>
internal sealed class VerifyFilesCommand(Surroundings surroundings)
{
    private readonly SettingsOptions _options = new();

    private readonly Option<string[]> _ledgers = new("--ledger")
    {
        Description = "A ledger of verify send; may be given many times.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _path = new("--path")
    {
        Description = "The path template of the files, to see whether each message is in its host's; without it that of the configuration.",
        HelpName = "TEMPLATE",
    };

    private readonly Option<bool> _running = new("--running")
    {
        Description = "Files are being written: the last line of an active file may be unfinished.",
    };

    private readonly Argument<string[]> _folders = new("FOLDER")
    {
        Description = "Where the files are, of all aggregators; without one the folder of the configuration.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Command Build()
    {
        var command = new Command("files", "Read all files and set them against the ledgers: exit 0 only if each message stands there exactly once.");
        command.Arguments.Add(_folders);
        command.Options.Add(_ledgers);
        command.Options.Add(_path);
        command.Options.Add(_running);
        _options.AddTo(command);
        _path.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !PathTemplate.TryParse(text, out _, out var error))
            {
                result.AddError($"--path: '{text}' is not a path, from character {error.Offset + 1} on: {error.Message}.");
            }
        });
        command.SetAction(Verify);
        return command;
    }

    private int Verify(ParseResult result)
    {
        if (_options.Read(result, surroundings, clock: null) is not { } settings)
        {
            return ExitCode.Config;
        }

        try
        {
            var folders = result.GetValue(_folders) is { Length: > 0 } given ? given : [settings.Aggregator.Files.Directory];
            if (folders.FirstOrDefault(static folder => !Directory.Exists(folder)) is { } missing)
            {
                throw new DirectoryNotFoundException($"'{missing}' is no folder");
            }

            var ledger = new OracleLedger();
            foreach (var path in result.GetValue(_ledgers)!)
            {
                LedgerReader.Read(path, ledger);
            }

            if (ledger.Sent + ledger.Uncertain == 0)
            {
                throw new LedgerException("no message is entered in these ledgers: there is nothing to verify");
            }

            if (!PathTemplate.TryParse(result.GetValue(_path) ?? settings.Aggregator.Files.PathTemplate, out var template, out _))
            {
                throw new InvalidOperationException("settings hold a path template that was read before");
            }

            var found = Verifier.Read(folders, ledger, new VerifierSettings
            {
                IsForeign = static line => line.IndexOf(Marker.Span) < 0,
                AllowStrangers = true,
                IsRunning = result.GetValue(_running),
                Path = template,
            });
            var report = new VerificationReport(ledger, found);
            foreach (var line in report.Lines())
            {
                surroundings.Output.WriteLine(line);
            }

            return report.IsClean ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LedgerException)
        {
            surroundings.Error.WriteLine($"actorlog verify files: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static ReadOnlyMemory<byte> Marker { get; } = System.Text.Encoding.ASCII.GetBytes(VerifyCommand.Program);
}
