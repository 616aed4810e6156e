using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorLog.Node.Listening;

/// <summary>An epoll descriptor, level-triggered, for reading; used by one thread.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    private const int EventsMax = 256;

    // struct epoll_event is packed on x86-64 only: 4 bytes of flags, then 8 of data.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly byte[] _events = GC.AllocateUninitializedArray<byte>(EventsMax * 16, pinned: true);
    private readonly int _descriptor = Libc.EpollCreate(Libc.CloseOnExec);

    /// <summary>Watches a descriptor; a closed one leaves by itself. False with errno set when it cannot be.</summary>
    public bool TryAdd(int descriptor) => Control(Libc.EpollAdd, descriptor, Libc.EpollIn);

    /// <summary>Watches no longer, or again.</summary>
    public void Watch(int descriptor, bool on) => Control(Libc.EpollModify, descriptor, on ? Libc.EpollIn : 0);

    /// <summary>Forgets a descriptor.</summary>
    public void Remove(int descriptor) => Control(Libc.EpollDelete, descriptor, 0);

    /// <summary>Waits; how many descriptors are ready (see <see cref="Ready"/>).</summary>
    /// <param name="timeoutMs">-1: without end.</param>
    public int Wait(int timeoutMs)
    {
        fixed (byte* events = _events)
        {
            var count = Libc.EpollWait(_descriptor, events, EventsMax, timeoutMs);
            if (count >= 0)
            {
                return count;
            }
        }

        var error = Marshal.GetLastPInvokeError();
        return error == Libc.Interrupted ? 0 : throw new Win32Exception(error);
    }

    /// <summary>A ready descriptor of the last wait.</summary>
    public int Ready(int index) => BitConverter.ToInt32(_events, index * Stride + Stride - 8);

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(_descriptor);

    private bool Control(int operation, int descriptor, int wanted)
    {
        var entry = stackalloc byte[16];
        *(int*)entry = wanted;
        *(long*)(entry + Stride - 8) = descriptor;
        return Libc.EpollControl(_descriptor, operation, descriptor, entry) == 0;
    }
}
