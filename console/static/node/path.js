export default { join: (...parts) => parts.join("/") };
