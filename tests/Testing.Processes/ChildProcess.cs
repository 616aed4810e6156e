using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorLog.Testing.Processes;

/// <summary>A process that a test started: its output, its signals, and its end with the test.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 20_000;
    /// <summary>The signal that asks a process to end.</summary>
    public const int SigTerm = 15;

    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private readonly string _what;

    private ChildProcess(string what, Process process)
    {
        _what = what;
        _process = process;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it printed so far, both streams, oldest first.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Starts a command without a shell; standard input is closed.</summary>
    public static ChildProcess Start(
        string command, IEnumerable<string> arguments, string directory, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // ACTORLOG_... is configuration: what the tests are told by it is none of the program's.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("ACTORLOG_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start");
        process.StandardInput.Close();
        return new ChildProcess(Path.GetFileName(command), process);
    }

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">It answered other than 0; the message holds what it printed.</exception>
    public static async Task<IReadOnlyList<string>> Run(
        string command, IEnumerable<string> arguments, string directory, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var child = Start(command, arguments, directory, environment);
        var code = await child.Exit(TimeSpan.FromMinutes(3));
        return code == 0
            ? child.Output
            : throw new InvalidOperationException($"{command} answered {code}:\n{string.Join('\n', child.Output)}");
    }

    /// <summary>Waits until a line holds the text.</summary>
    /// <exception cref="InvalidOperationException">The process ended first.</exception>
    public async Task WaitForLine(string text, TimeSpan limit)
    {
        await Eventually.True(
            () => Output.Any(l => l.Contains(text, StringComparison.Ordinal)) || HasExited, limit, $"'{text}' in the output of {_what}");
        if (!Output.Any(l => l.Contains(text, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException(Account());
        }
    }

    /// <summary>kill -9, for this process and none of its children. Returns when it is gone.</summary>
    public async Task Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: false);
        }
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then waits for the end; the exit code.</summary>
    public async Task<int> Terminate(TimeSpan limit)
    {
        Signal(SigTerm);
        return await Exit(limit);
    }

    /// <summary>Sends a signal by number; none if the process has ended.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits for the end; the exit code.</summary>
    /// <exception cref="TimeoutException">It has not ended; the message holds what it printed.</exception>
    public async Task<int> Exit(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"has not ended within {limit.TotalSeconds:0.#} s: {Account()}");
        }
    }

    /// <summary>One text for a failing assertion: state and last lines.</summary>
    /// <param name="without">Lines with this text are left out, such as what is said again and again.</param>
    public string Account(string? without = null)
    {
        var state = _process.HasExited ? $"ended with {_process.ExitCode}" : "runs";
        var lines = Output.Where(line => without is null || !line.Contains(without, StringComparison.Ordinal)).TakeLast(60);
        return $"{_what} (pid {_process.Id}) {state}; its last lines:\n{string.Join('\n', lines)}";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null)
        {
            return;
        }
        lock (_lines)
        {
            _lines.Enqueue(e.Data);
            if (_lines.Count > LinesKept)
            {
                _lines.Dequeue();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
