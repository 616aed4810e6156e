using System.Diagnostics;
using System.Net;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// What must hold of a node whose disk refuses: it lives, says on /ready what is the matter and what to do, counts it, and
/// does not fill the log with it; and afterwards says that it is over.
/// </summary>
internal sealed class FaultWatch
{
    private const int LinesAtOnce = 60;
    private const int LinesPerSecond = 2;
    private readonly LoadedPlant _loaded;
    private readonly ActorLogProcess _node;
    private readonly int _process;
    private readonly int _lines;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Begins before the fault.</summary>
    public FaultWatch(LoadedPlant loaded, ActorLogProcess node)
    {
        _loaded = loaded;
        _node = node;
        _process = node.Process.Id;
        _lines = node.Process.Output.Count;
    }

    /// <summary>Waits until /ready holds the text, such as the error's name.</summary>
    /// <returns>The line that holds it.</returns>
    public async Task<string> Told(params string[] texts)
    {
        var line = "";
        await _loaded.Until(
            async () =>
            {
                // Cause and remedy may stand in lines of their own.
                var ready = await _node.Get("ready");
                line = ready.Split('\n').FirstOrDefault(l => l.Contains(texts[0], StringComparison.Ordinal)) ?? "";
                return Array.TrueForAll(texts, t => ready.Contains(t, StringComparison.Ordinal))
                    && await _node.Count("actorlog_disks_refusing") > 0;
            },
            $"'{string.Join("', '", texts)}' on /ready");
        await Alive();
        return line.Trim();
    }

    /// <summary>Something that is acknowledged stands still for as long as the disk refuses.</summary>
    /// <param name="metric">Its counter.</param>
    /// <param name="node">Whose counter.</param>
    /// <param name="elapsed">When it has been looked at for long enough.</param>
    public async Task Frozen(string metric, ActorLogProcess node, Func<Task> elapsed)
    {
        var before = await node.Count(metric);
        await elapsed();
        var after = await node.Count(metric);
        DrillRun.Require(after == before, $"{metric} went from {before} to {after} while the disk refused\n{_loaded.Plant.Account()}");
        await Alive();
    }

    /// <summary>The fault is over: waits until the node says so, and looks at how much it has said.</summary>
    public async Task Over()
    {
        await _loaded.Until(
            async () => await _node.Count("actorlog_disks_refusing") == 0 && await _node.Status("ready") == HttpStatusCode.OK,
            "nothing refuses any more");
        await Alive();
        var lines = _node.Process.Output.Count - _lines;
        var max = LinesAtOnce + (int)(LinesPerSecond * _clock.Elapsed.TotalSeconds);
        DrillRun.Require(lines <= max, $"{lines} lines of log in {_clock.Elapsed.TotalSeconds:0} s\n{_node.Process.Account()}");
    }

    /// <summary>It is the same process, and answers.</summary>
    public async Task Alive()
    {
        DrillRun.Require(!_node.Process.HasExited && _node.Process.Id == _process, $"it has ended: {_node.Process.Account()}");
        await _loaded.Until(async () => await _node.Status("alive") == HttpStatusCode.OK, "/alive");
    }
}
