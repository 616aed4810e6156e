using ActorLog.Protocol.Batches;
using Akka.Streams;
using Akka.Streams.Stage;

namespace ActorLog.Node.Routing;

/// <summary>
/// Joins small batches while the spool is busy, or until a window has passed since the last ones left: a lone record
/// leaves at once, a full batch too, and what comes in between shares one persist. Hosts are gathered by slot, since a
/// block is of one slot: a relay's blocks grow as large as those of a single host, and wait longer while they are thin.
/// Built-in operators cannot let a full batch pass while a small one waits.
/// </summary>
internal sealed class GatherStage(int bytesMax, GatherWindow window, int slots)
    : GraphStage<FlowShape<RecordBatch, IReadOnlyList<RecordBatch>>>
{
    private readonly Inlet<RecordBatch> _in = new("gather.in");
    private readonly Outlet<IReadOnlyList<RecordBatch>> _out = new("gather.out");

    /// <inheritdoc/>
    public override FlowShape<RecordBatch, IReadOnlyList<RecordBatch>> Shape => new(_in, _out);

    /// <inheritdoc/>
    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) =>
        new Logic(this, new SlotGatherer(bytesMax, slots), bytesMax, window);

    private sealed class Logic : TimerGraphStageLogic, IDisposable
    {
        // Full batches that may wait for the spool; then backpressure.
        private const int ReadyMax = 4;

        private readonly GatherStage _stage;
        private readonly SlotGatherer _gatherer;
        private readonly long _readyBytesMax;
        private readonly long _usualMs;
        private readonly long _thinMs;
        private long _leftAt;
        private bool _isWaiting;

        public Logic(GatherStage stage, SlotGatherer gatherer, int bytesMax, GatherWindow window)
            : base(stage.Shape)
        {
            _stage = stage;
            _gatherer = gatherer;
            _readyBytesMax = (long)bytesMax * ReadyMax;
            _usualMs = (long)window.Usual.TotalMilliseconds;
            _thinMs = (long)window.Thin.TotalMilliseconds;
            _leftAt = Environment.TickCount64 - _thinMs;
            SetHandler(stage._in, onPush: OnPush, onUpstreamFinish: OnUpstreamFinish);
            SetHandler(stage._out, onPull: Emit);
        }

        public override void PreStart() => Pull(_stage._in);

        public override void PostStop() => Dispose();

        public void Dispose() => _gatherer.Dispose();

        protected override void OnTimer(object timerKey)
        {
            _isWaiting = false;
            Emit();
        }

        private void OnPush()
        {
            _gatherer.Add(Grab(_stage._in));
            Emit();
            PullWhenRoom();
        }

        // Emits what is full at once, what is not when its window has passed; else the timer comes back for it.
        private void Emit()
        {
            if (!IsAvailable(_stage._out))
            {
                return;
            }

            if (_gatherer.ReadyBytes == 0 && _gatherer.HasOpen)
            {
                // A thin gathering is looked at when the usual window ends: it may have grown.
                var gathered = Environment.TickCount64 - _leftAt;
                var wait = (_gatherer.IsThin && gathered >= _usualMs ? _thinMs : _usualMs) - gathered;
                if (wait > 0 && !IsClosed(_stage._in))
                {
                    WaitFor(wait);
                    return;
                }

                _gatherer.CloseAll();
            }

            if (_gatherer.ReadyBytes > 0)
            {
                _leftAt = Environment.TickCount64;
                Push(_stage._out, _gatherer.TakeReady());
            }

            CompleteWhenDone();
            PullWhenRoom();
        }

        private void WaitFor(long milliseconds)
        {
            if (!_isWaiting)
            {
                _isWaiting = true;
                ScheduleOnce(nameof(GatherStage), TimeSpan.FromMilliseconds(milliseconds));
            }
        }

        private void PullWhenRoom()
        {
            if (_gatherer.ReadyBytes < _readyBytesMax && !IsClosed(_stage._in) && !HasBeenPulled(_stage._in))
            {
                Pull(_stage._in);
            }
        }

        private void OnUpstreamFinish()
        {
            _gatherer.CloseAll();
            Emit();
            CompleteWhenDone();
        }

        private void CompleteWhenDone()
        {
            if (IsClosed(_stage._in) && _gatherer.ReadyBytes == 0 && !_gatherer.HasOpen)
            {
                CompleteStage();
            }
        }
    }
}
