//! Which GPU draws, and why.

use framecast::{Error, Result};
use wgpu::{
    Adapter, AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor, PowerPreference,
};

/// The environment variable in which users name an adapter, as in wgpu's own tools.
const NAME: &str = "WGPU_ADAPTER_NAME";
/// The one in which they list interfaces, such as `vulkan`; wgpu reads it.
const INTERFACES: &str = "WGPU_BACKEND";

/// What the user asks for.
#[derive(Default)]
struct Wishes {
    name: Option<String>,
    interfaces: Option<String>,
    /// None that renders in software, unless it is named.
    hardware_only: bool,
}

/// Finds the adapter that draws. Returns it with its instance, and with a line for the user: what it
/// is, and why it was taken.
pub(crate) fn find(
    power: PowerPreference,
    hardware_only: bool,
) -> Result<(Adapter, Instance, String)> {
    let instance = Instance::new(InstanceDescriptor::new_without_display_handle_from_env());
    let mut adapters = pollster::block_on(instance.enumerate_adapters(Backends::all()));
    let infos: Vec<_> = adapters.iter().map(Adapter::get_info).collect();
    let name = std::env::var(NAME).ok().filter(|name| !name.is_empty());
    // An empty list allows none.
    let wishes = Wishes { name, interfaces: std::env::var(INTERFACES).ok(), hardware_only };
    let (index, line) = choose(&infos, power, &wishes)?;
    Ok((adapters.swap_remove(index), instance, line))
}

/// The place of the adapter that draws, and why it does. Pure.
fn choose(
    adapters: &[AdapterInfo],
    power: PowerPreference,
    wishes: &Wishes,
) -> Result<(usize, String)> {
    if adapters.is_empty() {
        return Err(Error::failed(match &wishes.interfaces {
            Some(interfaces) => format!(
                "no GPU is found through {INTERFACES}={interfaces}. Without that variable, this program tries all \
                 that it is built for: {}",
                names(Instance::enabled_backend_features())
            ),
            None => "no GPU: the drivers of this machine offer none, not even one in software. Install a driver for \
                     the GPU, or Mesa's renderer in software, which needs no GPU: apt install mesa-vulkan-drivers on \
                     Debian and Ubuntu"
                .to_owned(),
        }));
    }
    if let Some(name) = &wishes.name {
        let part = name.to_lowercase();
        let named = adapters.iter().position(|info| info.name.to_lowercase().contains(&part));
        let Some(index) = named else {
            return Err(Error::failed(format!(
                "no GPU has {name:?} in its name, as {NAME} asks for. There are: {}",
                list(adapters.iter())
            )));
        };
        return Ok((index, format!("{}: {NAME} names it", describe(&adapters[index]))));
    }
    let ranks = adapters.iter().enumerate().map(|(index, info)| (rank(info, power), index));
    let index = ranks.min().map_or(0, |(_, index)| index);
    let taken = &adapters[index];
    // It is the last, so there is no other.
    if wishes.hardware_only && taken.device_type == DeviceType::Cpu {
        return Err(Error::failed(format!(
            "no GPU but {}, which renders in software",
            describe(taken)
        )));
    }
    let mut others =
        adapters.iter().enumerate().filter(|it| it.0 != index).map(|it| it.1).peekable();
    let why = match (taken.device_type, others.peek()) {
        (DeviceType::Cpu, None) => "no other was found; it renders in software".to_owned(),
        (_, None) => "no other was found".to_owned(),
        _ => format!("preferred to {}", list(others)),
    };
    Ok((index, format!("{}: {why}", describe(taken))))
}

/// Its place among the others; the lowest draws.
fn rank(info: &AdapterInfo, power: PowerPreference) -> (u8, u8) {
    let kind = match (info.device_type, power) {
        (DeviceType::IntegratedGpu, PowerPreference::LowPower) => 0,
        (DeviceType::DiscreteGpu, _) => 1,
        (DeviceType::IntegratedGpu, _) => 2,
        (DeviceType::VirtualGpu, _) => 3,
        (DeviceType::Other, _) => 4,
        (DeviceType::Cpu, _) => 5,
    };
    // Of one GPU under several names.
    let interface = match info.backend {
        wgpu::Backend::Vulkan | wgpu::Backend::Metal => 0,
        wgpu::Backend::Dx12 => 1,
        _ => 2,
    };
    (kind, interface)
}

/// The adapter as the user knows it: "llvmpipe (LLVM 15.0.6, 256 bits) (Vulkan)".
pub(crate) fn describe(info: &AdapterInfo) -> String {
    format!("{} ({:?})", info.name, info.backend)
}

/// Interfaces, as the user writes them.
fn names(interfaces: Backends) -> String {
    interfaces.iter_names().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>().join(", ")
}

fn list<'a>(adapters: impl Iterator<Item = &'a AdapterInfo>) -> String {
    adapters.map(describe).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, device_type: DeviceType, backend: wgpu::Backend) -> AdapterInfo {
        AdapterInfo {
            name: name.into(),
            vendor: 0,
            device: 0,
            device_type,
            device_pci_bus_id: String::new(),
            driver: String::new(),
            driver_info: String::new(),
            backend,
            subgroup_min_size: 4,
            subgroup_max_size: 128,
            transient_saves_memory: false,
        }
    }

    fn machine() -> Vec<AdapterInfo> {
        vec![
            info("llvmpipe", DeviceType::Cpu, wgpu::Backend::Vulkan),
            info("Iris Xe", DeviceType::IntegratedGpu, wgpu::Backend::Vulkan),
            info("GeForce", DeviceType::DiscreteGpu, wgpu::Backend::Gl),
            info("GeForce", DeviceType::DiscreteGpu, wgpu::Backend::Vulkan),
        ]
    }

    fn chosen(adapters: &[AdapterInfo], power: PowerPreference, name: Option<&str>) -> String {
        let wishes = Wishes { name: name.map(str::to_owned), ..Wishes::default() };
        choose(adapters, power, &wishes).map_or_else(|error| error.to_string(), |(_, line)| line)
    }

    #[test]
    fn the_quickest_draws_unless_little_power_is_wanted() {
        let line = chosen(&machine(), PowerPreference::HighPerformance, None);
        assert_eq!(
            line,
            "GeForce (Vulkan): preferred to llvmpipe (Vulkan), Iris Xe (Vulkan), GeForce (Gl)"
        );
        assert!(chosen(&machine(), PowerPreference::LowPower, None).starts_with("Iris Xe"));
    }

    #[test]
    fn a_renderer_in_software_is_the_last_and_said_to_be_one() {
        let line = chosen(&machine()[..1], PowerPreference::HighPerformance, None);
        assert_eq!(line, "llvmpipe (Vulkan): no other was found; it renders in software");
    }

    #[test]
    fn a_renderer_in_software_can_be_refused_unless_it_is_named() {
        let hardware = |adapters: &[AdapterInfo], name: Option<&str>| {
            let name = name.map(str::to_owned);
            let wishes = Wishes { name, hardware_only: true, ..Wishes::default() };
            choose(adapters, PowerPreference::HighPerformance, &wishes).map(|(index, _)| index)
        };
        assert_eq!(hardware(&machine(), None).unwrap(), 3);
        let error = hardware(&machine()[..1], None).unwrap_err().to_string();
        assert!(error.contains("no GPU but llvmpipe (Vulkan)"), "{error}");
        assert_eq!(hardware(&machine()[..1], Some("llvm")).unwrap(), 0);
    }

    #[test]
    fn the_user_names_one_by_a_part_of_its_name() {
        let line = chosen(&machine(), PowerPreference::HighPerformance, Some("LLVM"));
        assert_eq!(line, "llvmpipe (Vulkan): WGPU_ADAPTER_NAME names it");
        let line = chosen(&machine(), PowerPreference::HighPerformance, Some("Radeon"));
        assert!(line.contains("no GPU has \"Radeon\"") && line.contains("Iris Xe"), "{line}");
    }

    #[test]
    fn without_any_the_user_is_told_what_to_install() {
        let line = chosen(&[], PowerPreference::HighPerformance, None);
        assert!(line.contains("apt install mesa-vulkan-drivers"), "{line}");
        // Nothing to install if it is a variable that keeps them away.
        let wishes = Wishes { interfaces: Some("metal".into()), ..Wishes::default() };
        let error = choose(&[], PowerPreference::HighPerformance, &wishes).unwrap_err();
        assert!(error.to_string().contains("WGPU_BACKEND=metal"), "{error}");
        assert_eq!(names(Backends::VULKAN | Backends::DX12), "vulkan, dx12");
    }
}
