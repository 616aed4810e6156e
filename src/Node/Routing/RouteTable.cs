using System.Buffers;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>Decides for each record of a batch which sinks it goes to. Any number of threads may route at once.</summary>
public sealed class RouteTable
{
    /// <summary>The most sinks of a table: a record's sinks are the bits of one word.</summary>
    public const int SinksMax = 64;

    private readonly (Filter? Filter, ulong Sinks)[] _routes;
    private readonly int _sinkCount;
    private readonly ulong? _constant;

    // The first sink that the same routes lead to: the two always take the same records, and share them.
    private readonly int[] _twinOf;

    /// <summary>Makes the table.</summary>
    /// <param name="routes">The routes; their order does not matter, a record goes to one sink once.</param>
    /// <param name="sinkNames">The sinks in the order of the result, <see cref="SinksMax"/> at most.</param>
    /// <exception cref="ArgumentException">A route names a sink that is not in the list, or there are too many.</exception>
    public RouteTable(IReadOnlyList<RouteSettings> routes, IReadOnlyList<string> sinkNames)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sinkNames.Count, SinksMax);
        _sinkCount = sinkNames.Count;
        _routes = [.. routes.Select(route => (route.Filter, SinkBits(route, sinkNames)))];
        _twinOf = [.. Enumerable.Range(0, _sinkCount).Select(sink =>
            Enumerable.Range(0, sink + 1).First(other => _routes.All(route => Leads(route.Sinks, other) == Leads(route.Sinks, sink))))];
        _constant = _routes.All(static route => route.Filter is null)
            ? _routes.Aggregate(0UL, static (bits, route) => bits | route.Sinks)
            : null;
    }

    /// <summary>
    /// Splits a batch by its sinks. A sink that takes every record shares the batch itself; for the others the chosen
    /// records are copied.
    /// </summary>
    /// <param name="ownedBatch">Released here, whatever happens.</param>
    public RoutedBatches Route(RecordBatch ownedBatch)
    {
        var bySink = new IReadOnlyList<RecordBatch>[_sinkCount];
        Array.Fill(bySink, []);
        var sinksOfRecord = _constant is null ? ArrayPool<ulong>.Shared.Rent(ownedBatch.Count) : [];
        try
        {
            var unrouted = Decide(ownedBatch, sinksOfRecord, out var any, out var every);
            for (var sink = 0; sink < _sinkCount; sink++)
            {
                var bit = 1UL << sink;
                if ((every & bit) != 0)
                {
                    bySink[sink] = [ownedBatch.Retain()];
                }
                else if ((any & bit) != 0)
                {
                    bySink[sink] = _twinOf[sink] < sink
                        ? [.. bySink[_twinOf[sink]].Select(static batch => batch.Retain())]
                        : Copy(ownedBatch, sinksOfRecord, bit);
                }
            }

            return new RoutedBatches(bySink, unrouted);
        }
        catch
        {
            Release(bySink.SelectMany(static batches => batches));
            throw;
        }
        finally
        {
            if (sinksOfRecord.Length > 0)
            {
                ArrayPool<ulong>.Shared.Return(sinksOfRecord);
            }

            ownedBatch.Dispose();
        }
    }

    private int Decide(RecordBatch batch, ulong[] sinksOfRecord, out ulong any, out ulong every)
    {
        if (_constant is not null || batch.Count == 0)
        {
            any = every = batch.Count == 0 ? 0 : _constant.GetValueOrDefault();
            return any == 0 ? batch.Count : 0;
        }

        any = 0;
        every = ulong.MaxValue;
        var unrouted = 0;
        var at = 0;
        foreach (var record in batch)
        {
            var bits = 0UL;
            foreach (var (filter, routeSinks) in _routes)
            {
                if ((bits | routeSinks) != bits && (filter is null || filter.Takes(record)))
                {
                    bits |= routeSinks;
                }
            }

            sinksOfRecord[at++] = bits;
            any |= bits;
            every &= bits;
            unrouted += bits == 0 ? 1 : 0;
        }

        return unrouted;
    }

    private static List<RecordBatch> Copy(RecordBatch batch, ulong[] sinksOfRecord, ulong bit)
    {
        var copies = new List<RecordBatch>(1);
        using var writer = new BatchWriter();
        try
        {
            var at = 0;
            foreach (var record in batch)
            {
                if ((sinksOfRecord[at++] & bit) == 0)
                {
                    continue;
                }

                if (!writer.TryAppend(record))
                {
                    copies.Add(writer.Take()!);
                    writer.TryAppend(record);
                }
            }

            copies.Add(writer.Take()!);
            return copies;
        }
        catch
        {
            Release(copies);
            throw;
        }
    }

    private static void Release(IEnumerable<RecordBatch> batches)
    {
        foreach (var batch in batches)
        {
            batch.Dispose();
        }
    }

    private static bool Leads(ulong sinks, int sink) => (sinks & (1UL << sink)) != 0;

    private static ulong SinkBits(RouteSettings route, IReadOnlyList<string> sinkNames)
    {
        var bits = 0UL;
        foreach (var sink in route.Sinks)
        {
            var index = sinkNames.ToList().IndexOf(sink);
            if (index < 0)
            {
                throw new ArgumentException($"Route '{route.Name}' leads to the unknown sink '{sink}'.", nameof(route));
            }

            bits |= 1UL << index;
        }

        return bits;
    }
}
