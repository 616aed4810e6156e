using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ActorLog.Node.Listening;

/// <summary>The buffers of recvmmsg(2): many datagrams by one call. Untouched buffers cost address space only.</summary>
internal sealed unsafe class DatagramVector : IDisposable
{
    private const int NameBytes = 28;

    // Buffers a multiple of 4 KiB apart would all fall into the same few lines of the cache.
    private const int Stagger = 320;

    private readonly MessageHeader* _headers;
    private readonly Slice* _slices;
    private readonly byte* _names;
    private readonly byte* _bytes;
    private readonly int _bufferBytes;
    private readonly int _stride;

    /// <summary>Room for so many datagrams of so many bytes.</summary>
    public DatagramVector(int count, int bufferBytes)
    {
        Count = count;
        _bufferBytes = bufferBytes;
        _stride = bufferBytes + Stagger;
        _headers = (MessageHeader*)NativeMemory.AllocZeroed((nuint)(count * sizeof(MessageHeader)));
        _slices = (Slice*)NativeMemory.AllocZeroed((nuint)(count * sizeof(Slice)));
        _names = (byte*)NativeMemory.AllocZeroed((nuint)(count * NameBytes));
        _bytes = (byte*)NativeMemory.Alloc((nuint)count * (nuint)_stride);
        for (var i = 0; i < count; i++)
        {
            _slices[i] = new Slice { Start = _bytes + (nint)i * _stride, Length = (nuint)bufferBytes };
            _headers[i].Slices = _slices + i;
            _headers[i].SliceCount = 1;
            _headers[i].Name = _names + i * NameBytes;
        }
    }

    /// <summary>How many datagrams one call takes at most.</summary>
    public int Count { get; }

    /// <summary>Takes what is there without waiting; how many, 0 when there is nothing, -1 on an error (errno).</summary>
    public int Receive(int descriptor)
    {
        for (var i = 0; i < Count; i++)
        {
            _headers[i].NameLength = NameBytes;
        }

        var received = Libc.ReceiveMany(descriptor, _headers, (uint)Count, Libc.DontWait, null);
        if (received >= 0)
        {
            return received;
        }

        return Marshal.GetLastPInvokeError() is Libc.TryAgain or Libc.Interrupted ? 0 : -1;
    }

    /// <summary>A datagram of the last call, and whether the kernel cut it.</summary>
    public ReadOnlySpan<byte> Datagram(int index, out bool truncated)
    {
        truncated = (_headers[index].Flags & Libc.Truncated) != 0;
        return new ReadOnlySpan<byte>(_slices[index].Start, (int)Math.Min(_headers[index].Length, (uint)_bufferBytes));
    }

    /// <summary>Its sender's sockaddr.</summary>
    public ReadOnlySpan<byte> Address(int index, out AddressFamily family)
    {
        // Linux numbers: AF_INET 2, AF_INET6 10. A unix sender without a name has a length of 0.
        var name = _names + index * NameBytes;
        family = _headers[index].NameLength < 2 ? AddressFamily.Unix : *(ushort*)name switch
        {
            2 => AddressFamily.InterNetwork,
            10 => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unix,
        };
        return new ReadOnlySpan<byte>(name, NameBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_slices);
        NativeMemory.Free(_names);
        NativeMemory.Free(_bytes);
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Slice
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct mmsghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public Slice* Slices;
        public nuint SliceCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
        private readonly int _padding;
        public uint Length;
    }
}
