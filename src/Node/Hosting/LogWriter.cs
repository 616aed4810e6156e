using System.Globalization;
using ActorLog.Node.Sharding;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>
/// The node's own log: one line a change of state, on standard error, with time, level, the part that speaks, and text.
/// Control characters never reach the terminal.
/// </summary>
public sealed class LogWriter : MessageActor
{
    // By name: an edge loads no cluster.
    private const string Region = "Akka.Cluster.Sharding.ShardRegion";

    /// <summary>Made by Akka.</summary>
    public LogWriter()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    // The library's own notes on its progress are not the node's changes of state; its warnings are.
    // A partition that starts anew has said why itself: once, however often it tries.
    private static bool IsOfTheLibrary(LogEvent e) =>
        e.Cause is PartitionFailedException
        || IsOfRemoting(e)
        || IsOfPlacement(e)
        || (e.LogLevel() < LogLevel.WarningLevel && e.LogClass.Namespace?.StartsWith("Akka.", StringComparison.Ordinal) == true);

    // ClusterTransport says once why a peer cannot be reached; the library says it at each try.
    private static bool IsOfRemoting(LogEvent e) =>
        e.LogSource.StartsWith("remoting", StringComparison.Ordinal) && e.LogLevel() <= LogLevel.WarningLevel;

    // MembershipActor says what the partitions wait for; the library says at each try that nobody has placed them yet, and that
    // it has no room for parts meanwhile: UndeliveredParts counts these.
    private static bool IsOfPlacement(LogEvent e) =>
        e.LogClass.FullName == Region && e.LogLevel() <= LogLevel.WarningLevel;

    private static void Write(LogEvent e)
    {
        if (IsOfTheLibrary(e))
        {
            return;
        }

        var level = e.LogLevel() switch
        {
            LogLevel.DebugLevel => "debug",
            LogLevel.InfoLevel => "info",
            LogLevel.WarningLevel => "warn",
            _ => "error",
        };
        var source = e.LogSource;
        var at = source.LastIndexOf('/');
        var part = at >= 0 ? source[(at + 1)..].TrimEnd(']', ')') : source;
        var text = $"{e.Message}{(e.Cause is null ? string.Empty : $" ({e.Cause.GetType().Name}: {e.Cause.Message})")}";
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{e.Timestamp.ToUniversalTime():yyyy-MM-ddTHH:mm:ss.fffZ} {level,-5} {part}: {OneLine(text)}"));
    }

    private static string OneLine(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0
            ? text
            : string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
}
