using System.Buffers.Binary;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>What must become of a record.</summary>
internal enum SimulatedFate
{
    /// <summary>In an edge's memory.</summary>
    InHand,
    /// <summary>The edge died before its spool had it: it must stand nowhere.</summary>
    NeverAccepted,
    /// <summary>The spool had it: exactly once.</summary>
    Promised,
    /// <summary>The spool lost it: at most once.</summary>
    LostWithTheDisk,
    /// <summary>No gateway takes its block: it stands aside, and in no file.</summary>
    SetAside,
}

/// <summary>A record of the model.</summary>
internal sealed class SimulatedRecord(int id, string origin, int host)
{
    public int Id { get; } = id;

    public string Origin { get; } = origin;

    public int Host { get; } = host;

    public SimulatedFate Fate { get; set; }
}

/// <summary>
/// A block of the model: the slot, then (host, id) of each record. The real format has its own tests.
/// </summary>
internal static class SimulatedBlock
{
    private const int RecordBytes = 5;
    private const byte PoisonMark = 0x80;

    /// <summary>The longest.</summary>
    public const int BytesMax = 1 + (3 * RecordBytes);

    public static byte[] Write(int partition, SimulatedRecord[] records, bool isPoison)
    {
        var bytes = new byte[1 + (RecordBytes * records.Length)];
        bytes[0] = (byte)(partition | (isPoison ? PoisonMark : 0));
        for (var i = 0; i < records.Length; i++)
        {
            bytes[1 + (RecordBytes * i)] = (byte)records[i].Host;
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2 + (RecordBytes * i)), records[i].Id);
        }

        return bytes;
    }

    public static int PartitionOf(ReadOnlySpan<byte> block) => block[0];

    /// <summary>Whether a gateway cannot read it.</summary>
    public static bool IsPoison(ReadOnlySpan<byte> block) => (block[0] & PoisonMark) != 0;

    public static int RecordsOf(ReadOnlySpan<byte> block) => block.Length / RecordBytes;

    public static (int Host, int Id) Read(ReadOnlySpan<byte> block, int record)
    {
        var at = 1 + (RecordBytes * record);
        return (block[at], BinaryPrimitives.ReadInt32LittleEndian(block[(at + 1)..]));
    }
}
