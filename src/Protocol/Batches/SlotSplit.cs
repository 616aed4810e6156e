using System.Buffers.Binary;

namespace ActorLog.Protocol.Batches;

/// <summary>Regroups the records of a mixed batch by slot, with a host table for each. One thread at a time.</summary>
internal sealed class SlotSplit
{
    private readonly int _slots;
    private readonly Dictionary<int, Part> _bySlot = [];
    private readonly List<Part> _parts = [];
    private int[] _slotOfHost = [];
    private Part?[] _partOfHost = [];
    private byte[]? _body;

    public SlotSplit(int slots)
    {
        _slots = slots;
    }

    /// <summary>After <see cref="Regroup"/>: what came out, in the order of slots.</summary>
    public IReadOnlyList<Part> Parts => _parts;

    /// <summary>Whether all hosts share one slot: the common case, in which nothing needs to be copied.</summary>
    public bool TrySingleSlot(HostTable hosts, out int slot)
    {
        if (_slotOfHost.Length < hosts.Count)
        {
            _slotOfHost = new int[Math.Max(hosts.Count, 16)];
            _partOfHost = new Part?[_slotOfHost.Length];
        }

        var single = true;
        for (var i = 0; i < hosts.Count; i++)
        {
            _slotOfHost[i] = SlotHash.Of(hosts[i], _slots);
            single &= _slotOfHost[i] == _slotOfHost[0];
        }

        slot = _slotOfHost[0];
        return single;
    }

    /// <summary>Copies each record into its slot's stretch of a rented slab; call after <see cref="TrySingleSlot"/>.</summary>
    public void Regroup(RecordBatch batch)
    {
        Measure(batch);
        _parts.AddRange(_bySlot.Values);
        _parts.Sort(static (a, b) => a.Slot.CompareTo(b.Slot));
        var start = 0;
        foreach (var part in _parts)
        {
            part.Start = part.End = start;
            start += part.Bytes;
        }

        _body = SlabPool.Rent(batch.Length);
        foreach (var record in batch)
        {
            var part = _partOfHost[record.HostIndex]!;
            var at = _body.AsSpan(part.End, record.Length);
            record.Bytes.CopyTo(at);
            BinaryPrimitives.WriteUInt16LittleEndian(at[LogRecord.HostAt..], (ushort)part.Hosts.IndexOf(record.Host));
            part.End += record.Length;
        }
    }

    /// <summary>The records of a part; valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> BodyOf(Part part) => _body.AsSpan(part.Start, part.Bytes);

    /// <summary>Returns the slab and forgets the parts.</summary>
    public void Release()
    {
        SlabPool.Return(_body!);
        _body = null;
        _parts.Clear();
        _bySlot.Clear();
        Array.Clear(_partOfHost);
    }

    private void Measure(RecordBatch batch)
    {
        foreach (var record in batch)
        {
            ref var part = ref _partOfHost[record.HostIndex];
            if (part is null)
            {
                var slot = _slotOfHost[record.HostIndex];
                if (!_bySlot.TryGetValue(slot, out part))
                {
                    _bySlot.Add(slot, part = new Part(slot));
                }

                part.Hosts.IndexOf(record.Host);
            }

            part.Bytes += record.Length;
            part.Records++;
        }
    }

    /// <summary>The records of one slot.</summary>
    internal sealed class Part(int slot)
    {
        public int Slot { get; } = slot;

        public HostTable Hosts { get; } = new();

        public int Records { get; set; }

        public int Bytes { get; set; }

        public int Start { get; set; }

        public int End { get; set; }
    }
}
