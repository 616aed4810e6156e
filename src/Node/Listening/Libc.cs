using System.Runtime.InteropServices;

namespace ActorLog.Node.Listening;

/// <summary>The system calls of the Linux fast path; numbers are those of x86-64 and arm64, which agree.</summary>
internal static unsafe partial class Libc
{
    public const int EpollIn = 1;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;
    public const int PollIn = 1;
    public const int DontWait = 0x40;
    public const int Truncated = 0x20;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int ProcessFilesFull = 24;
    public const int SystemFilesFull = 23;
    public const int NoMemory = 12;
    public const int NoBuffers = 105;
    public const int ConnectionAborted = 103;

    public const int FilesLimit = 7;

    private const int SetFlags = 4;
    private const int DuplicateCloseOnExec = 1030;
    private const int AtCurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint StatxWanted = 0x901; // type, inode, birth
    private const int StatxModeOffset = 28;
    private const int StatxInodeOffset = 32;
    private const int StatxBirthOffset = 80;
    private const int StatxDeviceOffset = 136;
    private const int TypeMask = 0xF000;
    private const int SocketType = 0xC000;
    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;
    private const ushort FilterReturn = 6;
    private const int NiceOfTheFirst = -10;

    /// <summary>The fast path exists here: Linux on x86-64 or arm64.</summary>
    public static bool IsFast => OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Makes a descriptor return EAGAIN where it would block; 0 or -1 and errno.</summary>
    public static int SetNonBlocking(int descriptor) => Control(descriptor, SetFlags, NonBlocking);

    /// <summary>Attaches a filter to a socket that lets nothing in any more; 0 or -1 and errno.</summary>
    public static int DropAll(int descriptor)
    {
        // One instruction of classic BPF: return 0, "keep no byte of it".
        var instruction = new FilterInstruction { Code = FilterReturn };
        var filter = new FilterProgram { Length = 1, Instructions = &instruction };
        return SetOption(descriptor, SolSocket, SoAttachFilter, &filter, (uint)sizeof(FilterProgram));
    }

    /// <summary>
    /// The calling thread goes before others (setpriority(2), which on Linux means a thread); 0, or -1 and errno without CAP_SYS_NICE.
    /// </summary>
    public static int GoFirst() => SetPriority(0, 0, NiceOfTheFirst);

    /// <summary>Another descriptor of the same file, the lowest that is free; -1 and errno.</summary>
    public static int Duplicate(int descriptor) => Control(descriptor, DuplicateCloseOnExec, 0);

    /// <summary>The socket at a path; null for a link to one, for anything else, and for nothing.</summary>
    public static SocketFileIdentity? SocketFileAt(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path) && !CanBeOpened(path) ? default(SocketFileIdentity) : null;
        }

        var buffer = stackalloc byte[256];
        return Statx(AtCurrentDirectory, path, NoFollow, StatxWanted, buffer) == 0
            && (*(ushort*)(buffer + StatxModeOffset) & TypeMask) == SocketType
            ? new SocketFileIdentity(
                ((ulong)*(uint*)(buffer + StatxDeviceOffset) << 32) | *(uint*)(buffer + StatxDeviceOffset + sizeof(uint)),
                *(ulong*)(buffer + StatxInodeOffset),
                *(long*)(buffer + StatxBirthOffset),
                *(uint*)(buffer + StatxBirthOffset + sizeof(long)))
            : null;
    }

    /// <summary>No portable call tells the type of a file, but open(2) refuses a socket.</summary>
    private static bool CanBeOpened(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int eventsMax, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventCreate(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, byte* address, uint* addressBytes, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint bytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint bytes);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int nice);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(int descriptor, void* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int name, void* value, uint bytes);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterInstruction
    {
        public ushort Code;
        public byte WhenTrue;
        public byte WhenFalse;
        public uint Value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public FilterInstruction* Instructions;
    }
}
