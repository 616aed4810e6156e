using System.Text.RegularExpressions;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>strace on a running process: what it does to the disk, in order, or with some calls made to fail.</summary>
internal sealed partial class Strace : IAsyncDisposable
{
    private const string Syncs = "fsync,fdatasync";
    private const string Writes = "write,pwrite64,writev,pwritev";
    private const string Sends = "sendto,sendmsg";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ChildProcess _process;
    private readonly string _log;

    private Strace(ChildProcess process, string log)
    {
        _process = process;
        _log = log;
    }

    /// <summary>How many calls were made to fail so far.</summary>
    public int Injected => Lines().Count(static l => l.EndsWith("(INJECTED)", StringComparison.Ordinal));

    /// <summary>Makes each sync of one file fail, as a dying disk would.</summary>
    public static Task<Strace> FailSyncs(int process, string file, string log) =>
        Attach(process, log, ["-P", file, "-e", "trace=" + Syncs, "-e", $"inject={Syncs}:error=EIO"]);

    /// <summary>Notes writes, syncs and sends.</summary>
    public static Task<Strace> Watch(int process, string log) =>
        Attach(process, log, ["-yy", "-s", "0", "-e", $"trace={Writes},{Syncs},{Sends}"]);

    /// <summary>
    /// The order of calls as letters: a write or a send where it began, a sync where it had succeeded; what no letter stands for is left out.
    /// </summary>
    /// <param name="letters">The letters of what a descriptor's target holds: one for a write or send, one for a sync.</param>
    public string Order(params (string Target, char Write, char Sync)[] letters)
    {
        var order = new List<char>();
        var waiting = new Dictionary<string, char>();
        foreach (var line in Lines())
        {
            if (Resumed().Match(line) is { Success: true } resumed)
            {
                if (waiting.Remove(resumed.Groups["thread"].Value, out var sync) && line.EndsWith("= 0", StringComparison.Ordinal))
                {
                    order.Add(sync);
                }
            }
            else if (Call().Match(line) is { Success: true } call
                && letters.FirstOrDefault(l => call.Groups["target"].Value.Contains(l.Target, StringComparison.Ordinal)) is { Target: not null } of)
            {
                if (!call.Groups["name"].Value.EndsWith("sync", StringComparison.Ordinal))
                {
                    order.Add(of.Write);
                }
                else if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                {
                    waiting[call.Groups["thread"].Value] = of.Sync;
                }
                else if (line.EndsWith("= 0", StringComparison.Ordinal))
                {
                    order.Add(of.Sync);
                }
            }
        }

        return new string([.. order]);
    }

    /// <summary>Leaves the process as it was; what it was seen to do stays.</summary>
    public async Task Detach()
    {
        if (!_process.HasExited)
        {
            await _process.Terminate(Limit);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Detach();
        await _process.DisposeAsync();
    }

    private static async Task<Strace> Attach(int process, string log, string[] what)
    {
        var strace = ChildProcess.Start(Repository.Part("strace"), ["-f", "-p", $"{process}", "-o", log, .. what], Path.GetDirectoryName(log)!);
        await strace.WaitForLine("attached", Limit);
        return new Strace(strace, log);
    }

    private string[] Lines()
    {
        using var stream = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    [GeneratedRegex(@"^(?<thread>\d+) +(?<name>[a-z0-9]+)\(\d+<(?<target>[^\n]*?)>[,) ]")]
    private static partial Regex Call();

    [GeneratedRegex(@"^(?<thread>\d+) +<\.\.\. [a-z]+sync resumed>")]
    private static partial Regex Resumed();
}
