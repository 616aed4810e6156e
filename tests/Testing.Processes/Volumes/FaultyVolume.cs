using System.Globalization;

namespace ActorLog.Testing.Processes.Volumes;

/// <summary>
/// A volume by FUSE over a folder, that does as a broken disk does when it is told to (faultyfs.c). SQLite in WAL mode works
/// on it.
/// </summary>
public sealed class FaultyVolume : TestVolume
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private ChildProcess? _server;

    private FaultyVolume()
    {
    }

    /// <summary>Calls that were made to fail, be short or be slow, since the last <see cref="Inject"/>.</summary>
    public int Injected => Notes("injected");

    /// <summary>Syncs of a handle whose last sync had failed, and to which nothing was written since: never right.</summary>
    public int Retried => Notes("retried");

    private string Control => System.IO.Path.Combine(Folder, "control");

    private string Log => System.IO.Path.Combine(Folder, "log");

    /// <summary>Compiles the file system and mounts it, in order.</summary>
    public static async Task<FaultyVolume> Mount()
    {
        await Sweep();
        var volume = new FaultyVolume();
        try
        {
            await volume.Serve();
            return volume;
        }
        catch
        {
            await volume.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on these faults, and no others.</summary>
    public void Inject(params DiskFault[] faults)
    {
        File.WriteAllText(Log, "");
        Set(faults);
    }

    /// <summary>The disk works again; what was noted stays.</summary>
    public void Heal() => Set([]);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task Serve()
    {
        var source = Repository.At("tests", "Testing.Processes", "Volumes", "faultyfs.c");
        var program = System.IO.Path.Combine(Folder, "faultyfs");
        var backing = Directory.CreateDirectory(System.IO.Path.Combine(Folder, "backing")).FullName;
        await Run("gcc", "-O1", "-Wall", "-I/usr/include/fuse3", "-o", program, source, "-lfuse3", "-lpthread");
        Inject();
        _server = ChildProcess.Start(program, [backing, Control, Log, Path, "-f"], "/");
        await Eventually.True(() => DeviceAt(Path) is not null || _server.HasExited, Limit, "a mount by FUSE");
        if (_server.HasExited)
        {
            throw new InvalidOperationException(_server.Account());
        }
    }

    // Renamed into place: the file system reads it at every call.
    private void Set(IEnumerable<DiskFault> faults)
    {
        File.WriteAllLines(Control + ".new", faults.Select(static f => string.Create(
            CultureInfo.InvariantCulture, $"{f.Call} {f.Name} {f.Errno} {f.DelayMs} {f.BytesMax}")));
        File.Move(Control + ".new", Control, overwrite: true);
    }

    private int Notes(string kind)
    {
        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n').Count(line => line.StartsWith(kind, StringComparison.Ordinal));
    }
}

/// <summary>What a <see cref="FaultyVolume"/> does at a call.</summary>
/// <param name="Call">write, fsync or fsyncdir.</param>
/// <param name="Name">What the path holds, such as <c>.db-wal</c>; * for every path.</param>
public sealed record DiskFault(string Call, string Name)
{
    /// <summary>EIO.</summary>
    public const int Eio = 5;

    /// <summary>ENOSPC.</summary>
    public const int Enospc = 28;

    /// <summary>The error that it answers; 0 for none.</summary>
    public int Errno { get; init; }

    /// <summary>How long it takes, longer than it would.</summary>
    public int DelayMs { get; init; }

    /// <summary>A write takes at most so many bytes; 0: all.</summary>
    public int BytesMax { get; init; }
}
