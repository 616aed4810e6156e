using System.Buffers.Binary;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>A wall clock that a drill sets while processes run (clock.c); what measures durations is not touched.</summary>
internal sealed class SteppedClock : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FileStream _file;
    private string _library = "";

    private SteppedClock()
    {
        _file = new FileStream(_directory["step"], FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        Set(TimeSpan.Zero);
    }

    /// <summary>What the clock shows beyond this machine's.</summary>
    public TimeSpan Ahead { get; private set; }

    /// <summary>What the clock shows.</summary>
    public DateTimeOffset Now => TimeProvider.System.GetUtcNow() + Ahead;

    /// <summary>Variables of a process that lives by this clock.</summary>
    public Dictionary<string, string> Environment => new() { ["LD_PRELOAD"] = _library, ["CLOCK_STEP_FILE"] = _directory["step"] };

    /// <summary>Makes one that is right.</summary>
    public static async Task<SteppedClock> Make()
    {
        var clock = new SteppedClock();
        clock._library = await CSource.Compile("Resources/clock.c", clock._directory.Path, "-shared", "-fPIC");
        return clock;
    }

    /// <summary>Sets it so far beyond this machine's clock.</summary>
    public void Set(TimeSpan ahead)
    {
        Ahead = ahead;
        Span<byte> seconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(seconds, (long)ahead.TotalSeconds);
        _file.Position = 0;
        _file.Write(seconds);
        _file.Flush();
    }

    /// <summary>Sets it to a time.</summary>
    public void Set(DateTimeOffset time) => Set(time - TimeProvider.System.GetUtcNow());

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }
}
