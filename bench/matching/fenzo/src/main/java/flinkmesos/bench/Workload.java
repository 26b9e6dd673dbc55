package flinkmesos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.netflix.fenzo.AsSoftConstraint;
import com.netflix.fenzo.ConstraintEvaluator;
import com.netflix.fenzo.TaskRequest;
import com.netflix.fenzo.VMTaskFitnessCalculator;
import com.netflix.fenzo.VirtualMachineLease;
import com.netflix.fenzo.plugins.HostAttrValueConstraint;
import com.netflix.fenzo.plugins.UniqueHostAttrConstraint;
import com.netflix.fenzo.plugins.VMLeaseObject;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.mesos.Protos;

/** A workload file as Fenzo's requests and leases. */
final class Workload {
  final boolean inRounds;
  final Map<String, Agent> agents = new LinkedHashMap<>();
  final List<Request> requests = new ArrayList<>();

  Workload(File file) throws IOException {
    JsonNode root = new ObjectMapper().readTree(file);
    inRounds = root.get("mode").asText().equals("rounds");
    for (JsonNode node : root.get("agents")) {
      Agent agent = new Agent(node);
      agents.put(agent.hostname, agent);
    }
    Map<String, Set<String>> groups = new HashMap<>();
    for (JsonNode node : root.get("requests")) {
      requests.add(new Request(node, groups));
    }
  }

  static final class Agent {
    final String id;
    final String hostname;
    final double cpus;
    private final String rack;
    private double freeCpus;
    private double freeMem;
    private double freeDisk;
    private final TreeSet<Integer> freePorts = new TreeSet<>();
    private int leases;

    Agent(JsonNode node) {
      id = node.get("id").asText();
      hostname = node.get("hostname").asText();
      rack = node.get("rack").asText();
      cpus = node.get("cpus").asDouble();
      freeCpus = cpus;
      freeMem = node.get("memMiB").asDouble();
      freeDisk = node.get("diskMiB").asDouble();
      for (JsonNode range : node.get("ports")) {
        for (int port = range.get(0).asInt(); port <= range.get(1).asInt(); port++) {
          freePorts.add(port);
        }
      }
    }

    void take(Request request, List<Integer> ports) {
      freeCpus -= request.cpus;
      freeMem -= request.mem;
      freeDisk -= request.disk;
      freePorts.removeAll(ports);
    }

    /** An offer of all that is free. */
    VirtualMachineLease lease() {
      leases++;
      return new VMLeaseObject(Protos.Offer.newBuilder()
          .setId(Protos.OfferID.newBuilder().setValue(id + "-" + leases))
          .setFrameworkId(Protos.FrameworkID.newBuilder().setValue("bench"))
          .setSlaveId(Protos.SlaveID.newBuilder().setValue(id))
          .setHostname(hostname)
          .addResources(scalar("cpus", freeCpus))
          .addResources(scalar("mem", freeMem))
          .addResources(scalar("disk", freeDisk))
          .addResources(Protos.Resource.newBuilder().setName("ports").setRole("*")
              .setType(Protos.Value.Type.RANGES).setRanges(portRanges()))
          .addAttributes(Protos.Attribute.newBuilder().setName("rack").setType(Protos.Value.Type.TEXT)
              .setText(Protos.Value.Text.newBuilder().setValue(rack)))
          .build());
    }

    private Protos.Value.Ranges portRanges() {
      Protos.Value.Ranges.Builder ranges = Protos.Value.Ranges.newBuilder();
      Integer begin = null;
      for (Integer port : freePorts) {
        begin = begin == null ? port : begin;
        if (!freePorts.contains(port + 1)) {
          ranges.addRange(Protos.Value.Range.newBuilder().setBegin(begin).setEnd(port));
          begin = null;
        }
      }
      return ranges.build();
    }

    private static Protos.Resource scalar(String name, double value) {
      return Protos.Resource.newBuilder().setName(name).setRole("*").setType(Protos.Value.Type.SCALAR)
          .setScalar(Protos.Value.Scalar.newBuilder().setValue(value)).build();
    }
  }

  static final class Request implements TaskRequest {
    final String id;
    final double cpus;
    final double mem;
    final double disk;
    private final int ports;
    private final List<ConstraintEvaluator> hard = new ArrayList<>();
    private final List<VMTaskFitnessCalculator> soft = new ArrayList<>();
    private AssignedResources assigned;

    Request(JsonNode node, Map<String, Set<String>> groups) {
      id = node.get("id").asText();
      cpus = node.get("cpus").asDouble();
      mem = node.get("memMiB").asDouble();
      disk = node.get("diskMiB").asDouble();
      ports = node.get("ports").asInt();
      for (JsonNode constraint : node.get("hard")) {
        hard.add(evaluator(constraint, groups));
      }
      for (JsonNode constraint : node.get("soft")) {
        soft.add(AsSoftConstraint.get(evaluator(constraint, groups)));
      }
    }

    /** The members of a group are filled in while the file is read, and looked up when the round runs. */
    private ConstraintEvaluator evaluator(JsonNode constraint, Map<String, Set<String>> groups) {
      if (constraint.get("kind").asText().equals("attribute")) {
        String value = constraint.get("value").asText();
        return new HostAttrValueConstraint(constraint.get("name").asText(), taskId -> value);
      }
      Set<String> members = groups.computeIfAbsent(constraint.get("group").asText(), name -> new HashSet<>());
      members.add(id);
      return new UniqueHostAttrConstraint(taskId -> members);
    }

    @Override public String getId() { return id; }
    @Override public String taskGroupName() { return "bench"; }
    @Override public double getCPUs() { return cpus; }
    @Override public double getMemory() { return mem; }
    @Override public double getNetworkMbps() { return 0; }
    @Override public double getDisk() { return disk; }
    @Override public int getPorts() { return ports; }
    @Override public Map<String, Double> getScalarRequests() { return Map.of(); }
    @Override public Map<String, NamedResourceSetRequest> getCustomNamedResources() { return Map.of(); }
    @Override public List<? extends ConstraintEvaluator> getHardConstraints() { return hard; }
    @Override public List<? extends VMTaskFitnessCalculator> getSoftConstraints() { return soft; }
    @Override public void setAssignedResources(AssignedResources resources) { assigned = resources; }
    @Override public AssignedResources getAssignedResources() { return assigned; }
  }
}
