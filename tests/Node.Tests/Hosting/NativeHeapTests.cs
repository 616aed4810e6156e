using System.Runtime.InteropServices;
using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

public sealed unsafe class NativeHeapTests
{
    private const int Pieces = 2048;
    private const int PieceBytes = 32 * 1024;

    [Fact]
    public void What_is_free_in_the_middle_goes_back_to_the_system()
    {
        var pieces = new nint[Pieces];
        for (var i = 0; i < Pieces; i++)
        {
            pieces[i] = (nint)NativeMemory.Alloc(PieceBytes);
            new Span<byte>((void*)pieces[i], PieceBytes).Fill(1);
        }

        // The last one stays: nothing can be cut off at the heap's end.
        foreach (var piece in pieces[..^1])
        {
            NativeMemory.Free((void*)piece);
        }

        var before = Resident();
        Assert.True(NativeHeap.Trim());
        Assert.True(before - Resident() > (long)Pieces * PieceBytes / 2, $"{before} bytes before, {Resident()} after");
        NativeMemory.Free((void*)pieces[^1]);
    }

    private static long Resident() => ProcStatus.Bytes("RssAnon");
}
