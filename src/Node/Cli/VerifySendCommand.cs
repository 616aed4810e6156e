using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorLog.Node.Verifying;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Cli;

/// <summary>actorlog verify send: sends numbered, checksummed messages and keeps a ledger of them.</summary>
internal sealed class VerifySendCommand(Surroundings surroundings)
{
    private const int DatagramRate = 10_000;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    private readonly Option<string> _to = new("--to")
    {
        Description = "Where a node listens.",
        HelpName = "udp:HOST:PORT|tcp:HOST:PORT|unix-datagram:PATH|unix-stream:PATH",
        Required = true,
    };

    private readonly Option<string> _ledger = new("--ledger")
    {
        Description = "The file in which each message that was sent is entered; one that is there is continued by a new sender.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<int?> _sender = new("--sender")
    {
        Description = "The sender's number, not used before; drawn at random without it.",
        HelpName = "N",
    };

    private readonly Option<long> _messages = new("--messages")
    {
        Description = "How many messages, over all connections together.",
        HelpName = "N",
        DefaultValueFactory = static _ => 100_000,
    };

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Connections at once.",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };

    private readonly Option<int?> _rate = new("--rate")
    {
        Description = $"Messages a second of each connection. Without it udp sends {DatagramRate}, any other as many as are taken.",
        HelpName = "N",
    };

    private readonly Option<string?> _host = new("--host")
    {
        Description = "The host under which the node files them, with {0} for the connection's number; it stands in their headers, and "
            + "verify files compares it with the path. Without it headers have no host, and nothing is compared.",
        HelpName = "NAME",
    };

    private readonly Option<string> _framing = new("--framing")
    {
        Description = "How messages are told apart on a stream.",
        DefaultValueFactory = static _ => "lf",
    };

    public Command Build()
    {
        var command = new Command("send", "Send numbered messages and enter each in a ledger.");
        foreach (Option option in new Option[] { _to, _ledger, _sender, _messages, _connections, _rate, _host, _framing })
        {
            command.Options.Add(option);
        }

        _framing.AcceptOnlyFromAmong("lf", "nul", "octet-counting");
        Check(_to, static text => OracleTarget.Parse(text) is not null, "is none of udp:HOST:PORT, tcp:HOST:PORT, unix-datagram:PATH, unix-stream:PATH");
        Check(_sender, static number => number is >= 0 and <= OracleMark.SenderMax, $"is not 0 to {OracleMark.SenderMax}");
        Check(_messages, static number => number is >= 1 and <= OracleMark.NumberMax, $"is not 1 to {OracleMark.NumberMax}");
        Check(_connections, static number => number is >= 1 and <= OracleMark.ConnectionMax + 1, $"is not 1 to {OracleMark.ConnectionMax + 1}");
        Check(_rate, static number => number is >= 1, "is not 1 or more");
        Check(_host, static host => host is not null && IsHost(host), "is not a host name");
        command.SetAction(Send);
        return command;
    }

    private static void Check<T>(Option<T> option, Func<T, bool> isRight, string complaint) => option.Validators.Add(result =>
    {
        if (!isRight(result.GetValueOrDefault<T>()!))
        {
            result.AddError($"{option.Name}: '{string.Join(' ', result.Tokens)}' {complaint}.");
        }
    });

    /// <summary>A dash is what the header and the ledger have for none.</summary>
    private static bool IsHost(string host) =>
        OracleSender.HostOf(host, OracleMark.ConnectionMax) is { Length: > 0 and <= HostTable.NameBytesMax } name
        && name != LedgerFile.NoHost
        && name.All(static c => c is > ' ' and <= '~');

    private async Task<int> Send(ParseResult result, CancellationToken stop)
    {
        var target = OracleTarget.Parse(result.GetValue(_to)!)!;
        try
        {
            using var file = LedgerFile.Open(result.GetValue(_ledger)!);
            var sender = result.GetValue(_sender) ?? Draw(file.Before);
            if (file.Before.Knows(sender))
            {
                throw new LedgerException($"sender {sender} stands in the ledger already");
            }

            // Says at once that nobody listens; once begun, a connection that breaks is opened again.
            target.Open().Dispose();
            await Send(new Oracle(new OracleLedger(file), sender), sender, target, Load(result, target), stop);
            surroundings.Output.WriteLine($"then: actorlog verify files --ledger {result.GetValue(_ledger)} FOLDER...");
            return ExitCode.Ok;
        }
        catch (SocketException e)
        {
            surroundings.Error.WriteLine($"actorlog verify send: {target}: {e.Message}");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LedgerException)
        {
            surroundings.Error.WriteLine($"actorlog verify send: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private async Task Send(Oracle oracle, int sender, OracleTarget target, OracleLoad load, CancellationToken stop)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var pace = new PeriodicTimer(ReportEvery);
        surroundings.Output.WriteLine($"sender {sender}: {load.Messages} messages over {load.Connections} connection(s) to {target}");
        var sending = oracle.Send(target, load, stopping.Token);
        var tick = pace.WaitForNextTickAsync(stop).AsTask();
        while (await Task.WhenAny(sending, tick) == tick)
        {
            Say();
            tick = pace.WaitForNextTickAsync(stop).AsTask();
        }

        await sending;
        Say();

        void Say() => surroundings.Output.WriteLine(
            $"sender {sender}: {oracle.Ledger.Sent} sent, {oracle.Ledger.Uncertain} uncertain (under way when a connection broke)");

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    private OracleLoad Load(ParseResult result, OracleTarget target) => new(result.GetValue(_messages))
    {
        Connections = result.GetValue(_connections),
        Host = result.GetValue(_host) ?? "",
        Header = result.GetValue(_host) is null ? OracleHeader.Bare : OracleHeader.Rfc5424,
        Framing = result.GetValue(_framing) switch
        {
            "nul" => OracleFraming.Nul,
            "octet-counting" => OracleFraming.OctetCounting,
            _ => OracleFraming.LineFeed,
        },
        Rate = result.GetValue(_rate) ?? (target.ToString().StartsWith("udp:", StringComparison.Ordinal) ? DatagramRate : null),
        Reconnect = true,
        Program = VerifyCommand.Program,
    };

    /// <summary>Two hosts that send at once know nothing of each other's ledgers.</summary>
    private static int Draw(OracleLedger before)
    {
        int sender;
        do
        {
            sender = RandomNumberGenerator.GetInt32(1, OracleMark.SenderMax + 1);
        }
        while (before.Knows(sender));
        return sender;
    }
}
