package flinkmesos.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.netflix.fenzo.SchedulingResult;
import com.netflix.fenzo.TaskAssignmentResult;
import com.netflix.fenzo.TaskScheduler;
import com.netflix.fenzo.VMAssignmentResult;
import com.netflix.fenzo.VirtualMachineLease;
import com.netflix.fenzo.plugins.BinPackingFitnessCalculators;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places a workload with Fenzo (cpu-and-memory packer, full search) and prints one line of JSON: the milliseconds of each
 * pass (in rounds: of each round) and the placements.
 *
 * <p>FenzoDriver FILE WARM-UPS PASSES ROUNDS
 */
public final class FenzoDriver {
  private final Workload workload;
  private final List<Double> ms = new ArrayList<>();
  private final List<Map<String, Object>> placements = new ArrayList<>();

  private FenzoDriver(Workload workload) {
    this.workload = workload;
  }

  public static void main(String[] args) throws Exception {
    FenzoDriver driver = new FenzoDriver(new Workload(new File(args[0])));
    if (driver.workload.inRounds) {
      driver.runRounds(Integer.parseInt(args[1]), Integer.parseInt(args[3]));
    } else {
      driver.runPasses(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    }
    System.out.println(new ObjectMapper().writeValueAsString(
        Map.of("ms", driver.ms, "placements", driver.placements)));
  }

  /** All at once, each time with a scheduler that knows nothing yet. Requests and offers are built outside the clock. */
  private void runPasses(int warmUps, int passes) {
    for (int pass = 0; pass < warmUps + passes; pass++) {
      List<VirtualMachineLease> leases = allLeases();
      TaskScheduler scheduler = builder().build();
      System.gc();
      long start = System.nanoTime();
      SchedulingResult result = scheduler.scheduleOnce(workload.requests, leases);
      double millis = (System.nanoTime() - start) / 1e6;
      scheduler.shutdown();
      check(result);
      if (pass >= warmUps) {
        ms.add(millis);
      }
      if (pass == 0) {
        result.getResultMap().values().forEach(this::record);
      }
    }
  }

  /**
   * One request a round; what is left of its agent is offered again in the next. Idle offers are never rejected: by
   * default Fenzo looks for old ones in every round, which takes many times as long.
   */
  private void runRounds(int warmUps, int rounds) {
    TaskScheduler scheduler = builder().withMaxOffersToReject(0).build();
    List<VirtualMachineLease> leases = allLeases();
    for (int round = 0; round < warmUps; round++) {
      check(scheduler.scheduleOnce(List.of(), leases));
      leases = List.of();
    }
    for (Workload.Request request : workload.requests.subList(0, Math.min(rounds, workload.requests.size()))) {
      long start = System.nanoTime();
      SchedulingResult result = scheduler.scheduleOnce(List.of(request), leases);
      for (VMAssignmentResult assigned : result.getResultMap().values()) {
        scheduler.getTaskAssigner().call(request, assigned.getHostname());
      }
      ms.add((System.nanoTime() - start) / 1e6);
      check(result);
      leases = new ArrayList<>();
      for (VMAssignmentResult assigned : result.getResultMap().values()) {
        record(assigned);
        Workload.Agent agent = workload.agents.get(assigned.getHostname());
        assigned.getTasksAssigned().forEach(task -> agent.take(request, task.getAssignedPorts()));
        leases.add(agent.lease());
      }
    }
    scheduler.shutdown();
  }

  private static TaskScheduler.Builder builder() {
    return new TaskScheduler.Builder()
        .withLeaseRejectAction(lease -> { })
        .withLeaseOfferExpirySecs(3600)
        .withFitnessCalculator(BinPackingFitnessCalculators.cpuMemBinPacker);
  }

  private List<VirtualMachineLease> allLeases() {
    List<VirtualMachineLease> leases = new ArrayList<>();
    workload.agents.values().forEach(agent -> leases.add(agent.lease()));
    return leases;
  }

  private void record(VMAssignmentResult assigned) {
    Workload.Agent agent = workload.agents.get(assigned.getHostname());
    for (TaskAssignmentResult task : assigned.getTasksAssigned()) {
      Map<String, Object> placement = new LinkedHashMap<>();
      placement.put("requestId", task.getTaskId());
      placement.put("agentId", agent.id);
      placement.put("ports", task.getAssignedPorts());
      placements.add(placement);
    }
  }

  private static void check(SchedulingResult result) {
    if (!result.getExceptions().isEmpty()) {
      throw new IllegalStateException(result.getExceptions().get(0));
    }
  }
}
