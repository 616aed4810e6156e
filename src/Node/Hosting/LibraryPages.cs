using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace ActorLog.Node.Hosting;

/// <summary>
/// What a process has mapped of its libraries. The kernel maps a neighbourhood around each page that is touched, and all that
/// the start has read stays mapped: half of what an idle node has resident. It is given back once the start is over, and what
/// is needed again is mapped again, without a disk while the page cache has it (docs/decisions/0034).
/// </summary>
internal static partial class LibraryPages
{
    private const string MapsPath = "/proc/self/smaps";
    private const int DontNeed = 4;

    // A library is loaded within milliseconds: what is found twice so far apart is not about to be written to by the loader.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    /// <summary>Where a library is mapped.</summary>
    /// <param name="From">Its first address.</param>
    /// <param name="To">The address behind its last.</param>
    internal sealed record Mapping(ulong From, ulong To);

    /// <summary>Gives them back four seconds from now, unless the node ends before.</summary>
    public static async Task GiveBackAfterStartAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Step, stop);
            var seen = Find();
            await Task.Delay(Step, stop);
            GiveBack(seen);
        }
        catch (OperationCanceledException)
        {
            // The node ends, and all is given back.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where the system does not tell a process its own mappings, they stay: memory that it can take back itself.
        }
    }

    /// <summary>
    /// Mappings of libraries whose pages all are the file's own: not writable, and nothing in them was written to before, as
    /// the loader does where it relocates. Empty on other systems than Linux.
    /// </summary>
    internal static IReadOnlySet<Mapping> Find()
    {
        var found = new HashSet<Mapping>();
        var (current, isClean) = ((Mapping?)null, false);
        ReadOnlySpan<byte> rest = File.Exists(MapsPath) ? File.ReadAllBytes(MapsPath) : [];
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = rest[..end];
            rest = rest[(end + 1)..];
            if (!char.IsAsciiLetterUpper((char)line[0]))
            {
                Keep();
                (current, isClean) = (Library(line), true);
            }
            else if ((line.StartsWith("Anonymous:"u8) || line.StartsWith("Swap:"u8)) && !line.EndsWith(" 0 kB"u8))
            {
                isClean = false;
            }
        }

        Keep();
        return found;

        void Keep()
        {
            if (current is { } mapping && isClean)
            {
                found.Add(mapping);
            }
        }
    }

    /// <summary>Unmaps the pages of what is found now and was found before.</summary>
    internal static void GiveBack(IReadOnlySet<Mapping> seen)
    {
        foreach (var mapping in Find().Where(seen.Contains))
        {
            // Refused for what is locked into memory: it stays, as whoever locked it wished.
            _ = Advise((nuint)mapping.From, (nuint)(mapping.To - mapping.From), DontNeed);
        }
    }

    // 7f12a4000000-7f12a4022000 r-xp 00001000 fe:00 1234    /usr/lib/x86_64-linux-gnu/libssl.so.3
    private static Mapping? Library(ReadOnlySpan<byte> line)
    {
        var isLibrary = line.EndsWith(".dll"u8) || line.EndsWith(".so"u8) || line.IndexOf(".so."u8) >= 0;
        return isLibrary && Utf8Parser.TryParse(line, out ulong from, out var length, 'x')
            && Utf8Parser.TryParse(line[(length + 1)..], out ulong to, out var more, 'x')
            && line[(length + more + 2)..] is [(byte)'r', (byte)'-', ..]
            ? new Mapping(from, to) : null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);
}
