using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorLog.Node.Listening;

/// <summary>An eventfd: wakes a thread that waits in epoll or poll.</summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    private readonly Lock _gate = new();
    private bool _closed;

    public WakeEvent()
    {
        Descriptor = Libc.EventCreate(0, Libc.NonBlocking | Libc.CloseOnExec);
        if (Descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>To wait for; readable once set.</summary>
    public int Descriptor { get; }

    /// <summary>Wakes the waiter, from any thread; nothing once closed.</summary>
    public void Set()
    {
        var one = 1UL;
        lock (_gate)
        {
            // A full counter (EAGAIN) is set already.
            _ = _closed ? 0 : Libc.Write(Descriptor, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>Takes the wake-up back, by the waiter.</summary>
    public void Clear()
    {
        ulong count;
        _ = Libc.Read(Descriptor, (byte*)&count, sizeof(ulong));
    }

    /// <summary>Waits for a wake-up, and not longer than so many milliseconds; it stays set.</summary>
    public void Sleep(int milliseconds)
    {
        var entry = new Libc.PollEntry { Descriptor = Descriptor, Wanted = Libc.PollIn };
        _ = Libc.Poll(&entry, 1, milliseconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                _ = Libc.Close(Descriptor);
            }
        }
    }
}
